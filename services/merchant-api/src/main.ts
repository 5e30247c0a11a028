import { loadMerchantApiConfig } from './config.ts';
import { createContext } from './context.ts';
import { start } from './start.ts';

const context = createContext(loadMerchantApiConfig(process.env));
await start(context);
await context.lifecycle.untilStopped();
