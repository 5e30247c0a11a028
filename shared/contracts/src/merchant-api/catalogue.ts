import { billEndpoints } from './bills.ts';
import { caseEndpoints } from './cases.ts';
import { combinedOrderEndpoints } from './combined-orders.ts';
import { consentEndpoints } from './consents.ts';
import type { Endpoint } from './endpoint.ts';
import { messageEndpoints } from './messages.ts';
import { orderEndpoints } from './orders.ts';
import { refundEndpoints } from './refunds.ts';
import { sessionEndpoints } from './sessions.ts';
import { shipmentEndpoints } from './shipments.ts';
import { userEndpoints } from './users.ts';

/** Operations about one thing. */
export interface MerchantApiArea {
  readonly name: string;
  readonly description: string;
  /** By their names. */
  readonly endpoints: Readonly<Record<string, Endpoint>>;
}

/** What the operations are about, in the order of the documentation. */
export const merchantApiAreas: readonly MerchantApiArea[] = [
  {
    name: 'Orders',
    description: 'Register, prepay, sign, query and close orders (下单, 查单, 关单).',
    endpoints: orderEndpoints,
  },
  {
    name: 'Combined orders',
    description: 'Up to ten orders of several merchants that are paid at once (合单).',
    endpoints: combinedOrderEndpoints,
  },
  {
    name: 'Refunds',
    description: 'Give payments back, in part or in full (退款).',
    endpoints: refundEndpoints,
  },
  {
    name: 'Shipments',
    description: "What WeChat's order management (发货信息管理) has to know before it pays out.",
    endpoints: shipmentEndpoints,
  },
  {
    name: 'Cases',
    description: 'Payments and refunds that went wrong (掉单) and wait for a person.',
    endpoints: caseEndpoints,
  },
  {
    name: 'Sessions',
    description: 'Logins of the users of a mini-program (登录).',
    endpoints: sessionEndpoints,
  },
  {
    name: 'Users',
    description: 'What users tell of themselves: nickname and picture, phone number.',
    endpoints: userEndpoints,
  },
  {
    name: 'Messages',
    description: 'Subscription messages (订阅消息) and template messages (模板消息).',
    endpoints: { ...messageEndpoints, ...consentEndpoints },
  },
  {
    name: 'Bills',
    description: "The day's bill against what was received (对账).",
    endpoints: billEndpoints,
  },
];

/** Written down by the names of its parts: spelled out field by field it is longer than a compiler writes. */
export type MerchantApi = typeof orderEndpoints &
  typeof combinedOrderEndpoints &
  typeof refundEndpoints &
  typeof shipmentEndpoints &
  typeof caseEndpoints &
  typeof sessionEndpoints &
  typeof userEndpoints &
  typeof messageEndpoints &
  typeof consentEndpoints &
  typeof billEndpoints;

/** Every operation of merchant-api by its name, which is also its operationId. */
export const merchantApi: MerchantApi = {
  ...orderEndpoints,
  ...combinedOrderEndpoints,
  ...refundEndpoints,
  ...shipmentEndpoints,
  ...caseEndpoints,
  ...sessionEndpoints,
  ...userEndpoints,
  ...messageEndpoints,
  ...consentEndpoints,
  ...billEndpoints,
};

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
  'ORDER_CHANGED_MEANWHILE',
  'WECHAT_UNREACHABLE',
  'WECHAT_BREAKER_OPEN',
  'WECHAT_BUSY',
  'WECHAT_SYSTEM_ERROR',
  'WECHAT_RESPONSE_NOT_AUTHENTIC',
  'WECHAT_CREDENTIALS_REFUSED',
  'WECHAT_QUOTA_EXHAUSTED',
] as const;
