export { loadMerchantApiConfig, type MerchantApiConfig, merchantApiShape } from './config.ts';
export { createContext, type MerchantApiContext, type MerchantApiOverrides } from './context.ts';
export { start } from './start.ts';
