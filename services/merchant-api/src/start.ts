import { announceReady, startHealthServer, startHttpServer } from '@huidiao/runtime';
import { untilMigrated } from '@huidiao/store';
import type { MerchantApiContext } from './context.ts';

/** How long the start waits for the platform certificates of merchants that have them downloaded. */
const longestDownloadMs = 5_000;

/**
 * Listens on both ports: on the second at once, on the first when MongoDB has said that its indexes are there.
 *
 * @throws AppError STORE_NOT_MIGRATED when a unique index that the guarantees rest on is missing.
 */
export async function start(context: MerchantApiContext): Promise<{ port: number; healthPort: number }> {
  const { config, keyrings, lifecycle, logger, metrics, server, store } = context;
  const health = await startHealthServer({
    ...config.health,
    metrics,
    isReady: () => store.isReady(),
    lifecycle,
    logger,
  });
  await untilMigrated(store, lifecycle.signal, logger);
  await keyrings.untilDownloaded(longestDownloadMs);
  const { port } = await startHttpServer({ server, ...config.http, lifecycle, logger });
  announceReady({ service: 'merchant-api', port, healthPort: health.port, logger });
  return { port, healthPort: health.port };
}
