import { runService } from '@huidiao/runtime';
import { loadMessageWorkerConfig } from './config.ts';
import { createContext } from './context.ts';
import { start } from './start.ts';

await runService(() => createContext(loadMessageWorkerConfig(process.env)), start);
