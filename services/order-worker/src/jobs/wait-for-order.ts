import type { Clock, JobData, Merchant } from '@huidiao/contracts';
import { AppError, type ErrorCode, type ErrorDetails } from '@huidiao/errors';
import type { JobAttempt } from '@huidiao/queue';
import type { Store } from '@huidiao/store';

/** A callback often overtakes the request that registers its order; after this it is certainly not a race any more. */
const patienceMs = 10 * 60_000;
/** `hold` waits as long as WeChat itself would go on re-sending. */
const holdMs = 24 * 60 * 60_000;
/**
 * When a job looks for its order, counted from its first look, and then every ten minutes. Few looks, for registering
 * the order wakes it; the first is soon, for a registration at the very moment of the first look does not.
 *
 * | look | 1 | 2 | 3 | 4 | 5 |
 * |---|---|---|---|---|---|
 * | after | 0 | 1 s | 15 s | 2.5 min | 10 min, the last but for `hold` |
 */
const looksMs = [1_000, 15_000, 150_000, patienceMs];
const longestPauseMs = 10 * 60_000;
const shortestPauseMs = 1_000;

export interface WaitDeps {
  readonly store: Pick<Store, 'waitingJobs'>;
  readonly clock: Clock;
}

/** A job that may have to wait for its order. */
export type WaitingFor = {
  [N in 'apply-payment' | 'apply-refund']: { readonly name: N; readonly data: JobData<N> };
}['apply-payment' | 'apply-refund'];

/** What the merchant says of it. */
export type WaitRules = Pick<Merchant, 'unknownOrder' | 'unknownOrderAfterMs'>;

/** What is known of the waiting so far. */
export type WaitAttempt = Pick<JobAttempt, 'jobId' | 'lane' | 'failing'>;

/**
 * Lets a job whose order is not there (yet) come back until it has waited for about ten minutes or what the merchant set,
 * or for 24 hours where the merchant chose `hold`. Returns when that is over. Before the first wait the job is kept in
 * MongoDB, for its callback is acknowledged and no order names it: see endWait, and withResultsRecorded for one that
 * becomes a dead letter.
 *
 * @throws AppError ORDER_NOT_YET_KNOWN (uses up no attempt), STORE_UNAVAILABLE
 */
export async function waitForOrder(
  deps: WaitDeps,
  { unknownOrder, unknownOrderAfterMs = patienceMs }: WaitRules,
  waiting: WaitingFor,
  attempt: WaitAttempt,
  details: ErrorDetails,
): Promise<void> {
  const waitedMs = toWaitedMs(attempt.failing, deps.clock.now());
  const endMs = unknownOrder === 'hold' ? holdMs : unknownOrderAfterMs;
  if (waitedMs >= endMs) return;
  await keepJob(deps, waiting, attempt);
  throw new AppError(waitingCode, { retryAfterMs: toPauseMs(waitedMs, endMs), details });
}

/**
 * Keeps a job in MongoDB before it waits in Redis for the first time: for its order, or for a shop that cannot be told that
 * nobody registered it.
 *
 * @throws AppError STORE_UNAVAILABLE
 */
export async function keepJob(
  { store }: Pick<WaitDeps, 'store'>,
  { name, data }: WaitingFor,
  { jobId: id, lane, failing }: WaitAttempt,
): Promise<void> {
  if (failing?.code === waitingCode || isAfterWaiting(failing)) return;
  const { mchId, outTradeNo } = 'payment' in data ? data.payment : data.refund;
  const order = { mchId, outTradeNo };
  await store.waitingJobs.keep({ id, name, data: { ...data, isKept: true }, lane, order });
}

/** Until the next look. */
function toPauseMs(waitedMs: number, endMs: number): number {
  const nextMs = looksMs.find((lookMs) => lookMs > waitedMs) ?? waitedMs + longestPauseMs;
  return Math.max(shortestPauseMs, Math.min(nextMs, endMs) - waitedMs);
}

/**
 * The job has a result, so that it need not come back. Asks MongoDB nothing of a job that never failed.
 *
 * @throws AppError STORE_UNAVAILABLE
 */
export async function endWait(
  { store }: Pick<WaitDeps, 'store'>,
  { isKept }: { readonly isKept?: true | undefined },
  { jobId, failing, postponements }: Pick<JobAttempt, 'jobId' | 'failing' | 'postponements'>,
): Promise<void> {
  if (isKept === true || postponements > 0 || failing !== undefined) await store.waitingJobs.remove(jobId);
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
  return isAfterWaiting(failing) ? Number.POSITIVE_INFINITY : 0;
}

function isAfterWaiting(failing: JobAttempt['failing']): boolean {
  return failing !== undefined && Object.hasOwn(codesAfterWaiting, failing.code);
}
