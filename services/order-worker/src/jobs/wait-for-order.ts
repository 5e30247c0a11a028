import type { Merchant } from '@huidiao/contracts';
import { AppError, type ErrorDetails } from '@huidiao/errors';
import type { JobAttempt } from '@huidiao/queue';

/** A callback often overtakes the request that registers its order; after this it is not a race any more. */
const patienceMs = 10 * 60_000;
/** `hold` waits as long as WeChat itself would go on re-sending. */
const holdMs = 24 * 60 * 60_000;
const longestPauseMs = 30_000;

/**
 * Lets a job whose order is not there (yet) come back until it has waited for about ten minutes, or for 24 hours where
 * the merchant chose `hold`. Returns when that is over.
 *
 * @throws AppError ORDER_NOT_YET_KNOWN (uses up no attempt)
 */
export function waitForOrder(
  { unknownOrder }: Pick<Merchant, 'unknownOrder'>,
  { failing }: Pick<JobAttempt, 'failing'>,
  now: Date,
  details: ErrorDetails,
): void {
  const waitedMs = toWaitedMs(failing, now);
  if (waitedMs >= (unknownOrder === 'hold' ? holdMs : patienceMs)) return;
  const retryAfterMs = Math.min(longestPauseMs, Math.max(1_000, waitedMs));
  throw new AppError('ORDER_NOT_YET_KNOWN', { retryAfterMs, details });
}

/**
 * Only the time in which the store answered that the order is not there: not that of an outage before. Whoever
 * failed with what comes after the waiting has waited.
 */
function toWaitedMs(failing: JobAttempt['failing'], now: Date): number {
  if (failing === undefined) return 0;
  if (failing.code === 'ORDER_NOT_YET_KNOWN') return now.getTime() - failing.since.getTime();
  const hasWaited = /^(ORDER_UNKNOWN|ORDER_REFUND_SEEN|REFUND_ORDER_UNKNOWN|SHOP_[A-Z_]+)$/.test(
    failing.code,
  );
  return hasWaited ? Number.POSITIVE_INFINITY : 0;
}
