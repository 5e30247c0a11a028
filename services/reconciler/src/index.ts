export { loadReconcilerConfig, type ReconcilerConfig, reconcilerShape } from './config.ts';
export { createContext, type ReconcilerContext, type ReconcilerOverrides } from './context.ts';
export { start } from './start.ts';
