import { setTimeout as pause } from 'node:timers/promises';
import { toAppError } from '@huidiao/errors';
import type { Logger } from '@huidiao/runtime';
import type { Store } from './store.ts';

const pauseMs = 1_000;

/**
 * Waits until MongoDB can be asked whether its unique indexes are there: MongoDB being away for a while is no
 * reason for a service to end, but working without the indexes would be.
 *
 * @throws AppError STORE_NOT_MIGRATED; the abort reason once `signal` is aborted.
 */
export async function untilMigrated(
  store: Pick<Store, 'assertMigrated'>,
  signal: AbortSignal,
  logger: Logger,
): Promise<void> {
  for (;;) {
    try {
      return await store.assertMigrated();
    } catch (error) {
      const { code } = toAppError(error);
      if (code !== 'STORE_UNAVAILABLE') throw error;
      logger.warn({ event: 'store.waiting', errorCode: code, err: error }, 'store.waiting');
    }
    await pause(pauseMs, undefined, { signal });
  }
}
