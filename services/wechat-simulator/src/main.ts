import { createLifecycle, createLogger, runService } from '@huidiao/runtime';
import { loadSimulatorConfig } from './config.ts';
import { serviceName, start } from './start.ts';

await runService(open, ({ settings, ...context }) => start(settings, context));

function open() {
  const settings = loadSimulatorConfig(process.env);
  const logger = createLogger({ service: serviceName, level: settings.logLevel });
  return { settings, logger, lifecycle: createLifecycle({ logger }) };
}
