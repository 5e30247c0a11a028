import { type Endpoint, type EndpointName, type MerchantDirectory, merchantApi } from '@huidiao/contracts';
import type { Logger, Metrics } from '@huidiao/runtime';
import type { Store } from '@huidiao/store';
import express, { type Express } from 'express';
import { type BillEndpointDeps, billEndpointHandlers } from './bills/bill-endpoints.ts';
import { type CaseEndpointDeps, caseEndpointHandlers } from './cases/case-endpoints.ts';
import {
  type CombinedOrderEndpointDeps,
  combinedOrderEndpointHandlers,
} from './combined-orders/combined-order-endpoints.ts';
import { type AuthenticateDeps, authenticate } from './http/authenticate.ts';
import type { EndpointHandler } from './http/endpoint-handler.ts';
import { handleError } from './http/handle-error.ts';
import { createRateLimiter, limitFailures, limitRate, type RateLimiter } from './http/limit-rate.ts';
import { noticeProxy } from './http/notice-proxy.ts';
import { observeRequests } from './http/observe-requests.ts';
import { sendProblem } from './http/problem.ts';
import { readJson } from './http/read-json.ts';
import { createRecentCallers, type RecentCallers } from './http/recent-callers.ts';
import { named, serveEndpoint, toExpressPath } from './http/serve-endpoint.ts';
import { type MessageEndpointDeps, messageEndpointHandlers } from './messages/message-endpoints.ts';
import { serveDocuments } from './openapi/serve-documents.ts';
import { type OrderEndpointDeps, orderEndpointHandlers } from './orders/order-endpoints.ts';
import { type RefundEndpointDeps, refundEndpointHandlers } from './refunds/refund-endpoints.ts';
import { type SessionEndpointDeps, sessionEndpointHandlers } from './sessions/session-endpoints.ts';
import { type ShipmentEndpointDeps, shipmentEndpointHandlers } from './shipments/shipment-endpoints.ts';
import { type UserEndpointDeps, userEndpointHandlers } from './users/user-endpoints.ts';

export interface AppDeps
  extends AuthenticateDeps,
    OrderEndpointDeps,
    CombinedOrderEndpointDeps,
    BillEndpointDeps,
    CaseEndpointDeps,
    RefundEndpointDeps,
    ShipmentEndpointDeps,
    MessageEndpointDeps,
    SessionEndpointDeps,
    UserEndpointDeps {
  readonly orders: Store['orders'];
  readonly combinedOrders: Store['combinedOrders'];
  readonly producer: OrderEndpointDeps['producer'];
  readonly deadLetters: Store['deadLetters'];
  readonly directory: MerchantDirectory;
  readonly sessions: Store['sessions'];
  readonly users: Store['users'];
  /** How many proxies stand before us: an address that so many of them added to X-Forwarded-For is believed. */
  readonly trustedProxies: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The HTTP application: who is it, what do they want, and one place for whatever goes wrong. */
export function createApp(deps: AppDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  // A path is one that the document has, to the letter.
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.set('query parser', 'simple');
  app.set('trust proxy', deps.trustedProxies);
  const limits = { limiter: createRateLimiter(deps.clock), recentCallers: createRecentCallers(deps.clock) };

  app.use(observeRequests(deps.logger, deps.metrics));
  app.use(noticeProxy(deps.trustedProxies, deps.logger));
  const handlers = {
    ...orderEndpointHandlers(deps),
    ...combinedOrderEndpointHandlers(deps),
    ...billEndpointHandlers(deps),
    ...caseEndpointHandlers(deps),
    ...refundEndpointHandlers(deps),
    ...shipmentEndpointHandlers(deps),
    ...messageEndpointHandlers(deps),
    ...sessionEndpointHandlers(deps),
    ...userEndpointHandlers(deps),
  };
  for (const [name, handler] of Object.entries(handlers))
    addEndpoint({ app, deps, ...limits }, name as EndpointName, handler);
  serveDocuments(app);
  app.use((_req, res) => sendProblem(res, { status: 404, code: 'ROUTE_NOT_FOUND' }));
  app.use(handleError(deps.logger));
  return app;
}

interface Serving {
  readonly app: Express;
  readonly deps: AppDeps;
  readonly limiter: RateLimiter;
  readonly recentCallers: RecentCallers;
}

/** The catalogue says what the handler takes and gives; here only the names meet. */
function addEndpoint(
  { app, deps, limiter, recentCallers }: Serving,
  name: EndpointName,
  handler: unknown,
): void {
  const endpoint: Endpoint = merchantApi[name];
  const verb = endpoint.method.toLowerCase() as 'get' | 'post' | 'put' | 'delete';
  const known = [
    limitFailures(limiter, recentCallers),
    authenticate(deps, endpoint.auth),
    limitRate(limiter),
  ];
  const readers = endpoint.body === undefined ? [] : readJson(endpoint.largestBodyBytes);
  const served = serveEndpoint(endpoint, handler as EndpointHandler<Endpoint>);
  app[verb](toExpressPath(endpoint.path), named(endpoint), ...known, ...readers, served);
}
