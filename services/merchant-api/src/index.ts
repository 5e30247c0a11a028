export { loadMerchantApiConfig, type MerchantApiConfig, merchantApiShape } from './config.ts';
export { createContext, type MerchantApiContext, type MerchantApiOverrides } from './context.ts';
export { servedDocument } from './openapi/served-document.ts';
export type { OpenApiDocument } from './openapi/to-openapi-document.ts';
export { start } from './start.ts';
export type { CheckTimes } from './verify-callback/check-deps.ts';
export { runCommand as verifyCallback } from './verify-callback/run-command.ts';
