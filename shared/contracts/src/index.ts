export * from './domain-event.ts';
export * from './ids.ts';
export * from './job-catalogue.ts';
export * from './job-id.ts';
export * from './merchant-api.ts';
export * from './merchant-config.ts';
export * from './ports.ts';
export * from './shop-webhook.ts';
