import type { Clock } from '@huidiao/contracts';
import { toAppError } from '@huidiao/errors';
import { type QueryingMerchant, type Store, toQueryBucket } from '@huidiao/store';
import type { Pause } from '../dead-letters/pause.ts';
import { toPauseMs } from '../queries/to-pause-ms.ts';

export interface AskDeps {
  readonly store: Pick<Store, 'turns'>;
  readonly clock: Clock;
  readonly pause: Pause;
  readonly signal: AbortSignal;
  /** Called now and then; throws to end the work. */
  readonly keep: () => Promise<void>;
}

const mostTries = 3;
const leastPauseMs = 1_000;

/**
 * Makes one call to WeChat Pay within the merchant's rate, which all processes share; waits for its turn. What may succeed
 * later is tried again after a pause, for one that fails would fail the check of the whole bill.
 * @throws AppError WECHAT_*, STORE_UNAVAILABLE; what `keep` throws
 */
export async function askWechatPay<T>(
  deps: AskDeps,
  merchant: QueryingMerchant,
  call: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    await waitForTurn(deps, merchant);
    try {
      return await call();
    } catch (error) {
      const failure = toAppError(error);
      if (failure.kind === 'permanent' || tries === mostTries) throw error;
      await deps.pause(Math.max(toPauseMs(failure), leastPauseMs), deps.signal);
      await deps.keep();
    }
  }
}

async function waitForTurn({ store, clock, pause, signal, keep }: AskDeps, merchant: QueryingMerchant) {
  const bucket = toQueryBucket(merchant);
  while ((await store.turns.take({ ...bucket, want: 1, now: clock.now() })) === 0) {
    await pause(leastPauseMs / Math.min(bucket.perSecond, 20), signal);
    await keep();
  }
}
