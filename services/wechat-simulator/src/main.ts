import { createLifecycle, createLogger } from '@huidiao/runtime';
import { loadSimulatorConfig } from './config.ts';
import { serviceName, start } from './start.ts';

const config = loadSimulatorConfig(process.env);
const logger = createLogger({ service: serviceName, level: config.logLevel });
const lifecycle = createLifecycle({ logger });
await start(config, { lifecycle, logger }).catch((error: unknown) => lifecycle.fatal(error));
await lifecycle.untilStopped();
