import { runService } from '@huidiao/runtime';
import { loadIngressConfig } from './config.ts';
import { createContext } from './context.ts';
import { start } from './start.ts';

await runService(() => createContext(loadIngressConfig(process.env)), start);
