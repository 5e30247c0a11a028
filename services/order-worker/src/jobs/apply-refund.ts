import {
  type Clock,
  type JobData,
  type Merchant,
  type MerchantDirectory,
  type RefundEvent,
  toApplyPaymentJobId,
} from '@huidiao/contracts';
import type { JobAttempt, JobOutcome, Producer } from '@huidiao/queue';
import type { Counter, Logger } from '@huidiao/runtime';
import { judgeRefunds, type Order, type OrderRefund, type RecordedRefund, type Store } from '@huidiao/store';
import { confirmRefund, type RefundQueries } from '../refunds/confirm-refund.ts';
import { findRefundDifference } from '../refunds/find-refund-difference.ts';
import { addEffectJobs } from './add-effect-jobs.ts';
import { merchantNotConfigured } from './merchant-not-configured.ts';
import { recordCallback } from './record-callback.ts';
import { settleUnknownRefund } from './settle-unknown-refund.ts';
import { toFulfilment } from './to-fulfilment.ts';

export interface ApplyRefundDeps {
  readonly store: Pick<Store, 'orders' | 'callbacks' | 'deadLetters'>;
  readonly producer: Pick<Producer, 'add'>;
  readonly refundQueries: RefundQueries;
  readonly directory: MerchantDirectory;
  readonly effectGraceMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Counts refunds whose number was not ours: made in a console or by another system. */
  readonly adoptedRefunds: Counter;
}

export type ApplyRefund = JobData<'apply-refund'>;

/**
 * Keeps in its order what became of a refund, whoever made it, however often and in whatever order it is told.
 * One that is not signed (API v2) counts only once WeChat Pay confirms it.
 *
 * @throws AppError REFUND_DIFFERS, REFUND_NOT_CONFIRMED, REFUND_ORDER_UNKNOWN (permanent: a dead letter),
 * ORDER_NOT_YET_KNOWN, MERCHANT_NOT_CONFIGURED (wait), WECHAT_*, STORE_UNAVAILABLE.
 */
export function createApplyRefund(deps: ApplyRefundDeps) {
  return async (job: ApplyRefund, attempt: Pick<JobAttempt, 'failing' | 'lane'>): Promise<JobOutcome> => {
    const { refund: told } = job;
    const { mchId, outTradeNo } = told;
    const merchant = deps.directory.merchants.get(mchId);
    if (merchant === undefined) throw merchantNotConfigured(mchId);
    const order = await deps.store.orders.find(mchId, outTradeNo);
    if (order === undefined) return settleUnknownRefund(deps, job, merchant, attempt);
    await refuseIfDifferent(deps, job, order);
    const refund = toOrderRefund(await toProven(deps, merchant, told));

    const { requestId, callbackKey: eventKey } = job;
    const effects = [toFulfilment(deps, order, { requestId, lane: attempt.lane })];
    const recorded = await deps.store.orders.recordRefund(mchId, outTradeNo, refund, { eventKey, effects });
    if (recorded === undefined) return settleUnknownRefund(deps, job, merchant, attempt);
    await follow(deps, job, recorded);
    if (recorded.outcome === 'released') await addEffectJobs(deps.producer, order, effects, deps.logger);
    return { outcome: recorded.outcome, outTradeNo, refundStatus: refund.status };
  };
}

async function refuseIfDifferent(deps: ApplyRefundDeps, job: ApplyRefund, order: Order): Promise<void> {
  const error = findRefundDifference(order, job.refund);
  if (error === undefined) return;
  const { mchId, outTradeNo, type: eventType, refundId, refundFen } = job.refund;
  const entry = { event: 'refund.differs', refundId, refundFen };
  await deps.store.orders.noteEvent(mchId, outTradeNo, job.callbackKey, entry);
  await recordCallback(deps.store, job, { mchId, outTradeNo, eventType, outcome: entry.event });
  throw error;
}

async function toProven(deps: ApplyRefundDeps, merchant: Merchant, told: RefundEvent): Promise<RefundEvent> {
  return told.proof === 'signature' ? told : await confirmRefund(deps.refundQueries, merchant, told);
}

/** Everything here may be repeated: a job that comes again does it again. */
async function follow(deps: ApplyRefundDeps, job: ApplyRefund, recorded: RecordedRefund): Promise<void> {
  const { mchId, outTradeNo, type: eventType } = job.refund;
  const { order, isNew } = recorded;
  // Nothing here makes refunds, so every number is one that was made elsewhere.
  if (isNew) deps.adoptedRefunds.inc({ state: eventType.slice('refund.'.length) });
  await resolvePayments(deps, job.refund, order);
  const outcome = order.held === 'refunded' ? 'refunded' : 'recorded';
  await recordCallback(deps.store, job, { mchId, outTradeNo, eventType, outcome });
}

/**
 * A payment that was a dead letter, for its refund was seen or it came late, leaves a person nothing to decide once
 * the refund itself is known.
 */
async function resolvePayments(deps: ApplyRefundDeps, refund: RefundEvent, order: Order): Promise<void> {
  const verdict = judgeRefunds(order.refunds, order.amountFen);
  if (verdict === 'unsettled' || order.status === 'created') return;
  const { mchId, transactionId } = refund;
  for (const refundSeen of verdict === 'full' ? [true, false] : [true]) {
    const jobId = toApplyPaymentJobId({ mchId, transactionId, refundSeen });
    await deps.store.deadLetters.resolve('payment-event', jobId);
  }
}

const statuses = {
  'refund.succeeded': 'SUCCESS',
  'refund.abnormal': 'ABNORMAL',
  'refund.closed': 'CLOSED',
} as const satisfies Record<RefundEvent['type'], OrderRefund['status']>;

function toOrderRefund(refund: RefundEvent): Omit<OrderRefund, 'at'> {
  const { type, refundId, outRefundNo, refundFen, successTime } = refund;
  return {
    refundId,
    outRefundNo,
    status: statuses[type],
    refundFen,
    ...(successTime !== undefined && { successTime }),
  };
}
