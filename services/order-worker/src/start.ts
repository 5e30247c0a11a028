import { announceReady, startHealthServer } from '@huidiao/runtime';
import type { OrderWorkerContext } from './context.ts';

/**
 * Begins to work. Refuses when a unique index that the guarantees rest on is missing; MongoDB or Redis away is
 * no reason not to start, the jobs wait.
 */
export async function start(context: OrderWorkerContext): Promise<{ healthPort: number }> {
  const { config, lifecycle, logger, metrics, store } = context;
  await store.assertMigrated();
  const workers = context.work();
  const health = await startHealthServer({
    ...config.health,
    metrics,
    isReady: async () => workers.every((worker) => worker.isReady()) && (await store.isReady()),
    lifecycle,
    logger,
  });
  announceReady({ service: 'order-worker', healthPort: health.port, logger });
  return { healthPort: health.port };
}
