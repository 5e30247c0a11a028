import type { Clock, JobData, Merchant } from '@huidiao/contracts';
import { AppError, type ErrorCode, type ErrorDetails } from '@huidiao/errors';
import type { JobAttempt } from '@huidiao/queue';
import type { Store } from '@huidiao/store';

/** A callback often overtakes the request that registers its order; after this it is not a race any more. */
const patienceMs = 10 * 60_000;
/** `hold` waits as long as WeChat itself would go on re-sending. */
const holdMs = 24 * 60 * 60_000;
const longestPauseMs = 30_000;

export interface WaitDeps {
  readonly store: Pick<Store, 'waitingJobs'>;
  readonly clock: Clock;
}

/** A job that may have to wait for its order. */
export type WaitingFor = {
  [N in 'apply-payment' | 'apply-refund']: { readonly name: N; readonly data: JobData<N> };
}['apply-payment' | 'apply-refund'];

/** What is known of the waiting so far. */
export type WaitAttempt = Pick<JobAttempt, 'jobId' | 'lane' | 'failing'>;

/**
 * Lets a job whose order is not there (yet) come back until it has waited for about ten minutes, or for 24 hours where
 * the merchant chose `hold`. Returns when that is over. Before the first wait the job is kept in MongoDB, for its callback
 * is acknowledged and no order names it: see endWait, and withResultsRecorded for one that becomes a dead letter.
 *
 * @throws AppError ORDER_NOT_YET_KNOWN (uses up no attempt), STORE_UNAVAILABLE
 */
export async function waitForOrder(
  { store, clock }: WaitDeps,
  { unknownOrder }: Pick<Merchant, 'unknownOrder'>,
  { name, data }: WaitingFor,
  { jobId: id, lane, failing }: WaitAttempt,
  details: ErrorDetails,
): Promise<void> {
  const waitedMs = toWaitedMs(failing, clock.now());
  if (waitedMs >= (unknownOrder === 'hold' ? holdMs : patienceMs)) return;
  if (failing?.code !== waitingCode) {
    await store.waitingJobs.keep({ id, name, data: { ...data, isKept: true }, lane });
  }
  const retryAfterMs = Math.min(longestPauseMs, Math.max(1_000, waitedMs));
  throw new AppError(waitingCode, { retryAfterMs, details });
}

/**
 * The job has a result, so that it need not come back. Asks MongoDB nothing of a job that was never put off.
 *
 * @throws AppError STORE_UNAVAILABLE
 */
export async function endWait(
  { store }: Pick<WaitDeps, 'store'>,
  { isKept }: { readonly isKept?: true | undefined },
  { jobId, postponements }: Pick<JobAttempt, 'jobId' | 'postponements'>,
): Promise<void> {
  if (isKept === true || postponements > 0) await store.waitingJobs.remove(jobId);
}

const waitingCode = 'ORDER_NOT_YET_KNOWN';

/** Failures of what comes after the waiting. */
const codesAfterWaiting: Readonly<
  Record<
    'ORDER_UNKNOWN' | 'ORDER_REFUND_SEEN' | 'REFUND_ORDER_UNKNOWN' | Extract<ErrorCode, `SHOP_${string}`>,
    true
  >
> = {
  ORDER_UNKNOWN: true,
  ORDER_REFUND_SEEN: true,
  REFUND_ORDER_UNKNOWN: true,
  SHOP_REFUSED: true,
  SHOP_UNREACHABLE: true,
  SHOP_BUSY: true,
  SHOP_BREAKER_OPEN: true,
  SHOP_TARGET_FORBIDDEN: true,
  SHOP_NOT_CONFIGURED: true,
};

/**
 * Only the time in which the store answered that the order is not there: not that of an outage before. Whoever
 * failed with what comes after the waiting has waited.
 */
function toWaitedMs(failing: JobAttempt['failing'], now: Date): number {
  if (failing === undefined) return 0;
  if (failing.code === waitingCode) return now.getTime() - failing.since.getTime();
  return Object.hasOwn(codesAfterWaiting, failing.code) ? Number.POSITIVE_INFINITY : 0;
}
