export type { Phone } from './browser/phone.ts';
export { catalogue, type Goods } from './catalogue.ts';
export * from './config.ts';
export type { DeliveredOrder } from './goods-ledger.ts';
export type { MerchantApi } from './merchant-api.ts';
export * from './shop.ts';
export type { WebhookAnswer } from './take-webhook.ts';
