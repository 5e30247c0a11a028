import { announceReady, startHealthServer, startHttpServer } from '@huidiao/runtime';
import type { IngressContext } from './context.ts';

/**
 * Listens on both ports. Neither store being away is a reason not to start: with both away, callbacks are answered
 * 503 until one is there.
 */
export async function start(context: IngressContext): Promise<{ port: number; healthPort: number }> {
  const { config, lifecycle, logger, metrics, producer, inboxLook, server } = context;
  const health = await startHealthServer({
    ...config.health,
    metrics,
    isReady: () => producer.isReady() || inboxLook.isReady(),
    lifecycle,
    logger,
  });
  const { port } = await startHttpServer({ server, ...config.http, drainMs: 10_000, lifecycle, logger });
  announceReady({ service: 'ingress', port, healthPort: health.port, logger });
  return { port, healthPort: health.port };
}
