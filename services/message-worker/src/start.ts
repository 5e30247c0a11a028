import { announceReady, startHealthServer } from '@huidiao/runtime';
import type { MessageWorkerContext } from './context.ts';

/**
 * Begins to work. Redis away is no reason not to start: the jobs wait there.
 *
 * @throws AppError STORE_NOT_MIGRATED when a unique index that the guarantees rest on is missing, and
 * STORE_UNAVAILABLE when MongoDB cannot be asked: that no message is told twice rests on it.
 */
export async function start(context: MessageWorkerContext): Promise<{ healthPort: number }> {
  const { config, lifecycle, logger, metrics, store } = context;
  await store.assertMigrated();
  const worker = context.work();
  const health = await startHealthServer({
    ...config.health,
    metrics,
    isReady: async () => worker.isReady() && (await store.isReady()),
    lifecycle,
    logger,
  });
  announceReady({ service: 'message-worker', healthPort: health.port, logger });
  return { healthPort: health.port };
}
