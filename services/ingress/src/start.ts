import { announceReady, startHealthServer, startHttpServer } from '@huidiao/runtime';
import type { IngressContext } from './context.ts';

/** Listens on both ports. Redis away is no reason not to start: callbacks are answered 503 until it is there. */
export async function start(context: IngressContext): Promise<{ port: number; healthPort: number }> {
  const { config, lifecycle, logger, metrics, producer, server } = context;
  const health = await startHealthServer({
    ...config.health,
    metrics,
    isReady: () => producer.isReady(),
    lifecycle,
    logger,
  });
  const { port } = await startHttpServer({ server, ...config.http, drainMs: 10_000, lifecycle, logger });
  announceReady({ service: 'ingress', port, healthPort: health.port, logger });
  return { port, healthPort: health.port };
}
