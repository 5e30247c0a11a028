import { runService } from '@huidiao/runtime';
import { loadOrderWorkerConfig } from './config.ts';
import { createContext } from './context.ts';
import { start } from './start.ts';

await runService(() => createContext(loadOrderWorkerConfig(process.env)), start);
