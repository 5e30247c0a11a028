import { announceReady, startHealthServer, startHttpServer } from '@huidiao/runtime';
import type { IngressContext } from './context.ts';

/** How long the start waits for the platform certificates of merchants that have them downloaded. */
const longestDownloadMs = 5_000;

/**
 * Listens on both ports. Neither store being away is a reason not to start: with both away, callbacks are answered
 * 503 until one is there.
 */
export async function start(context: IngressContext): Promise<{ port: number; healthPort: number }> {
  const { config, lifecycle, logger, metrics, producer, keyrings, inboxLook, server } = context;
  const health = await startHealthServer({
    ...config.health,
    metrics,
    isReady: () => producer.isReady() || inboxLook.isReady(),
    lifecycle,
    logger,
  });
  // What a certificate signed would be refused before; WeChat Pay being away is no reason not to start either.
  await keyrings.untilDownloaded(longestDownloadMs);
  const { port } = await startHttpServer({ server, ...config.http, drainMs: 10_000, lifecycle, logger });
  announceReady({ service: 'ingress', port, healthPort: health.port, logger });
  return { port, healthPort: health.port };
}
