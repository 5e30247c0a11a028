import { billEndpoints } from './bills.ts';
import { caseEndpoints } from './cases.ts';
import { combinedOrderEndpoints } from './combined-orders.ts';
import { messageEndpoints } from './messages.ts';
import { orderEndpoints } from './orders.ts';
import { refundEndpoints } from './refunds.ts';
import { sessionEndpoints } from './sessions.ts';
import { shipmentEndpoints } from './shipments.ts';
import { userEndpoints } from './users.ts';

/** Every operation of merchant-api by its name, which is also its operationId. */
export const merchantApi = {
  ...billEndpoints,
  ...caseEndpoints,
  ...combinedOrderEndpoints,
  ...messageEndpoints,
  ...orderEndpoints,
  ...shipmentEndpoints,
  ...refundEndpoints,
  ...sessionEndpoints,
  ...userEndpoints,
} as const;

export type MerchantApi = typeof merchantApi;
export type EndpointName = keyof MerchantApi;

/** Codes that any operation may answer with. */
export const commonProblems = [
  'REQUEST_INVALID',
  'REQUEST_UNAUTHENTICATED',
  'REQUEST_TOO_LARGE',
  'REQUEST_MEDIA_TYPE',
  'REQUEST_RATE_EXCEEDED',
  'ROUTE_NOT_FOUND',
  'INTERNAL_ERROR',
  'STORE_UNAVAILABLE',
  'WECHAT_UNREACHABLE',
  'WECHAT_BREAKER_OPEN',
  'WECHAT_BUSY',
  'WECHAT_SYSTEM_ERROR',
  'WECHAT_RESPONSE_NOT_AUTHENTIC',
  'WECHAT_CREDENTIALS_REFUSED',
  'WECHAT_QUOTA_EXHAUSTED',
] as const;
