import { type EndpointName, merchantApi } from '@huidiao/contracts';
import type { Logger, Metrics } from '@huidiao/runtime';
import express, { type Express } from 'express';
import { type AuthenticateDeps, authenticate } from './http/authenticate.ts';
import type { EndpointHandler } from './http/endpoint-handler.ts';
import { handleError } from './http/handle-error.ts';
import { observeRequests } from './http/observe-requests.ts';
import { sendProblem } from './http/problem.ts';
import { readJson } from './http/read-json.ts';
import { named, serveEndpoint, toExpressPath } from './http/serve-endpoint.ts';
import { type OrderEndpointDeps, orderEndpointHandlers } from './orders/order-endpoints.ts';

export interface AppDeps extends AuthenticateDeps, OrderEndpointDeps {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The HTTP application: who is it, what do they want, and one place for whatever goes wrong. */
export function createApp(deps: AppDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');

  app.use(observeRequests(deps.logger, deps.metrics));
  const handlers = { ...orderEndpointHandlers(deps) };
  for (const [name, handler] of Object.entries(handlers))
    addEndpoint(app, deps, name as EndpointName, handler);
  app.use((_req, res) => sendProblem(res, { status: 404, code: 'ROUTE_NOT_FOUND' }));
  app.use(handleError(deps.logger));
  return app;
}

/** The catalogue says what the handler takes and gives; here only the names meet. */
function addEndpoint(app: Express, deps: AppDeps, name: EndpointName, handler: unknown): void {
  const endpoint = merchantApi[name];
  const verb = endpoint.method.toLowerCase() as 'get' | 'post' | 'put' | 'delete';
  const before = [named(endpoint.path), authenticate(deps, endpoint.auth)];
  const readers = 'body' in endpoint ? readJson() : [];
  const served = serveEndpoint(endpoint, handler as EndpointHandler<typeof endpoint>);
  app[verb](toExpressPath(endpoint.path), ...before, ...readers, served);
}
