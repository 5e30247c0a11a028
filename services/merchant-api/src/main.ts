import { runService } from '@huidiao/runtime';
import { loadMerchantApiConfig } from './config.ts';
import { createContext } from './context.ts';
import { start } from './start.ts';

await runService(() => createContext(loadMerchantApiConfig(process.env)), start);
