export { loadOrderWorkerConfig, type OrderWorkerConfig, orderWorkerShape } from './config.ts';
export { createContext, type OrderWorkerContext, type OrderWorkerOverrides } from './context.ts';
export { start } from './start.ts';
