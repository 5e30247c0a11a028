export { loadMessageWorkerConfig, type MessageWorkerConfig, messageWorkerShape } from './config.ts';
export { createContext, type MessageWorkerContext, type MessageWorkerOverrides } from './context.ts';
export { start } from './start.ts';
