import { loadIngressConfig } from './config.ts';
import { createContext } from './context.ts';
import { start } from './start.ts';

const context = createContext(loadIngressConfig(process.env));
await start(context);
await context.lifecycle.untilStopped();
