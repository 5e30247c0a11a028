import { announceReady, startHealthServer, startHttpServer } from '@huidiao/runtime';
import type { MerchantApiContext } from './context.ts';

/**
 * Listens on both ports.
 *
 * @throws AppError STORE_NOT_MIGRATED when a unique index that the guarantees rest on is missing, and
 * STORE_UNAVAILABLE when MongoDB cannot be asked: an order is never taken in without them.
 */
export async function start(context: MerchantApiContext): Promise<{ port: number; healthPort: number }> {
  const { config, lifecycle, logger, metrics, server, store } = context;
  await store.assertMigrated();
  const health = await startHealthServer({
    ...config.health,
    metrics,
    isReady: () => store.isReady(),
    lifecycle,
    logger,
  });
  const { port } = await startHttpServer({ server, ...config.http, lifecycle, logger });
  announceReady({ service: 'merchant-api', port, healthPort: health.port, logger });
  return { port, healthPort: health.port };
}
