export { loadMessageWorkerConfig, type MessageWorkerConfig } from './config.ts';
export { createContext, type MessageWorkerContext, type MessageWorkerOverrides } from './context.ts';
export { start } from './start.ts';
