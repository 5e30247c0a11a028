export * from './config.ts';
export type { DeliveredOrder } from './goods-ledger.ts';
export * from './shop.ts';
export type { WebhookAnswer } from './take-webhook.ts';
