import type { QueueWorker } from '@huidiao/queue';
import { announceReady, startHealthServer } from '@huidiao/runtime';
import { untilMigrated } from '@huidiao/store';
import type { OrderWorkerContext } from './context.ts';

/**
 * Begins to work. MongoDB or Redis away is no reason to end: the jobs wait, and so does this.
 *
 * @throws AppError STORE_NOT_MIGRATED when a unique index that the guarantees rest on is missing.
 */
export async function start(context: OrderWorkerContext): Promise<{ healthPort: number }> {
  const { config, lifecycle, logger, metrics, store } = context;
  let workers: readonly QueueWorker[] = [];
  const health = await startHealthServer({
    ...config.health,
    metrics,
    isReady: async () =>
      workers.length > 0 && workers.every((worker) => worker.isReady()) && (await store.isReady()),
    lifecycle,
    logger,
  });
  await untilMigrated(store, lifecycle.signal, logger);
  workers = context.work();
  announceReady({ service: 'order-worker', healthPort: health.port, logger });
  return { healthPort: health.port };
}
