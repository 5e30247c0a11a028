import { createServer } from 'node:http';
import {
  announceReady,
  createMetrics,
  httpServerOptions,
  type Lifecycle,
  type Logger,
  startHealthServer,
  startHttpServer,
} from '@huidiao/runtime';
import { createApp } from './app.ts';
import type { SimulatorConfig } from './config.ts';
import { createContext } from './context.ts';

export const serviceName = 'wechat-simulator';

/** Listens on both ports and tells the parent; everything is released by the lifecycle. */
export async function start(
  config: SimulatorConfig,
  { lifecycle, logger }: { lifecycle: Lifecycle; logger: Logger },
): Promise<{ port: number; healthPort: number }> {
  const context = createContext(config.simulator);
  lifecycle.onRelease('simulation', () => context.close());
  const report = (error: unknown): void =>
    logger.error({ event: 'simulator.failed', err: error }, 'simulator.failed');
  const server = createServer(httpServerOptions, createApp(context, report));
  // Answers that were told to stay away would otherwise hold the drain for its whole time.
  const { port } = await startHttpServer({ server, ...config.listen, lifecycle, logger, drainMs: 1_000 });
  const { port: healthPort } = await startHealthServer({
    ...config.health,
    metrics: createMetrics({ service: serviceName }),
    isReady: () => true,
    lifecycle,
    logger,
  });
  announceReady({ service: serviceName, port, healthPort, logger });
  return { port, healthPort };
}
