import type { MerchantDirectory } from '@huidiao/contracts';
import type { Logger, Metrics } from '@huidiao/runtime';
import type { Store } from '@huidiao/store';
import express, { type Express, type RequestHandler } from 'express';
import { authenticate } from './http/authenticate.ts';
import { handleError } from './http/handle-error.ts';
import { observeRequests } from './http/observe-requests.ts';
import { sendProblem } from './http/problem.ts';
import { readJson } from './http/read-json.ts';
import { requestFactsOf } from './http/request-facts.ts';
import { type CreateOrderRouteDeps, createOrderRoute } from './routes/create-order.ts';
import { readOrderRoute } from './routes/read-order.ts';

export interface AppDeps {
  readonly store: Pick<Store, 'orders' | 'callbacks' | 'apiKeys'>;
  readonly directory: MerchantDirectory;
  readonly clock: CreateOrderRouteDeps['clock'];
  readonly turn: CreateOrderRouteDeps['turn'];
  readonly payingOf: CreateOrderRouteDeps['payingOf'];
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The HTTP application: who is it, what do they want, and one place for whatever goes wrong. */
export function createApp(deps: AppDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');

  const { orders, apiKeys } = deps.store;
  const known = authenticate(apiKeys, deps.directory);
  app.use(observeRequests(deps.logger, deps.metrics));
  app.post('/v1/orders', named('/v1/orders'), known, readJson(), createOrderRoute({ ...deps, orders }));
  app.get('/v1/orders/:out_trade_no', named('/v1/orders/{out_trade_no}'), known, readOrderRoute(deps.store));
  app.use((_req, res) => sendProblem(res, { status: 404, code: 'ROUTE_NOT_FOUND' }));
  app.use(handleError(deps.logger));
  return app;
}

function named(route: string): RequestHandler {
  return (_req, res, next) => {
    requestFactsOf(res).route = route;
    next();
  };
}
