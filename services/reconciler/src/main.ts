import { runService } from '@huidiao/runtime';
import { loadReconcilerConfig } from './config.ts';
import { createContext } from './context.ts';
import { start } from './start.ts';

await runService(() => createContext(loadReconcilerConfig(process.env)), start);
