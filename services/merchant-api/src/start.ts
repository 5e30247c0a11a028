import { announceReady, startHealthServer, startHttpServer } from '@huidiao/runtime';
import { untilMigrated } from '@huidiao/store';
import type { MerchantApiContext } from './context.ts';

/**
 * Listens on both ports: on the second at once, on the first when MongoDB has said that its indexes are there.
 *
 * @throws AppError STORE_NOT_MIGRATED when a unique index that the guarantees rest on is missing.
 */
export async function start(context: MerchantApiContext): Promise<{ port: number; healthPort: number }> {
  const { config, lifecycle, logger, metrics, server, store } = context;
  const health = await startHealthServer({
    ...config.health,
    metrics,
    isReady: () => store.isReady(),
    lifecycle,
    logger,
  });
  await untilMigrated(store, lifecycle.signal, logger);
  const { port } = await startHttpServer({ server, ...config.http, lifecycle, logger });
  announceReady({ service: 'merchant-api', port, healthPort: health.port, logger });
  return { port, healthPort: health.port };
}
