import { announceReady, startHealthServer } from '@huidiao/runtime';
import type { ReconcilerContext } from './context.ts';

/**
 * Begins its rounds. Redis away is no reason not to start.
 *
 * @throws AppError STORE_NOT_MIGRATED, STORE_UNAVAILABLE.
 */
export async function start(context: ReconcilerContext): Promise<{ healthPort: number }> {
  const { config, lifecycle, logger, metrics, producer, store } = context;
  await store.assertMigrated();
  context.work();
  const health = await startHealthServer({
    ...config.health,
    metrics,
    isReady: async () => producer.isReady() && (await store.isReady()),
    lifecycle,
    logger,
  });
  announceReady({ service: 'reconciler', healthPort: health.port, logger });
  return { healthPort: health.port };
}
