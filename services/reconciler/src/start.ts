import { announceReady, startHealthServer } from '@huidiao/runtime';
import { untilMigrated } from '@huidiao/store';
import type { ReconcilerContext } from './context.ts';

/** How long the start waits for the platform certificates of merchants that have them downloaded. */
const longestDownloadMs = 5_000;

/**
 * Begins its rounds. MongoDB or Redis away is no reason to end.
 *
 * @throws AppError STORE_NOT_MIGRATED when a unique index that the guarantees rest on is missing.
 */
export async function start(context: ReconcilerContext): Promise<{ healthPort: number }> {
  const { config, keyrings, lifecycle, logger, metrics, producer, store } = context;
  const health = await startHealthServer({
    ...config.health,
    metrics,
    isReady: async () => producer.isReady() && (await store.isReady()),
    lifecycle,
    logger,
  });
  await untilMigrated(store, lifecycle.signal, logger);
  await keyrings.untilDownloaded(longestDownloadMs);
  context.work();
  announceReady({ service: 'reconciler', healthPort: health.port, logger });
  return { healthPort: health.port };
}
