import type { JobData, Merchant, MerchantDirectory, RefundEvent } from '@huidiao/contracts';
import type { JobAttempt, JobOutcome } from '@huidiao/queue';
import type { Order, Store } from '@huidiao/store';
import { confirmRefund, type RefundQueries } from '../refunds/confirm-refund.ts';
import { findRefundDifference } from '../refunds/find-refund-difference.ts';
import { findRefunded } from '../refunds/find-refunded.ts';
import { type SettleRefundDeps, settleRefund } from '../refunds/settle-refund.ts';
import { merchantNotConfigured } from './merchant-not-configured.ts';
import { recordCallback } from './record-callback.ts';
import { settleUnknownRefund } from './settle-unknown-refund.ts';
import { endWait } from './wait-for-order.ts';

export interface ApplyRefundDeps extends SettleRefundDeps {
  readonly store: SettleRefundDeps['store'] & Pick<Store, 'waitingJobs'>;
  readonly refundQueries: RefundQueries;
  readonly directory: MerchantDirectory;
}

export type ApplyRefund = JobData<'apply-refund'>;

type RefundAttempt = Pick<JobAttempt, 'jobId' | 'lane' | 'failing' | 'postponements'>;

/**
 * Keeps in its order what became of a refund, whoever made it, however often and in whatever order it is told.
 * One that is not signed (API v2) counts only once WeChat Pay confirms it.
 *
 * @throws AppError REFUND_DIFFERS, REFUND_NOT_CONFIRMED, REFUND_ORDER_UNKNOWN (permanent: a dead letter),
 * ORDER_NOT_YET_KNOWN, MERCHANT_NOT_CONFIGURED (wait), WECHAT_*, STORE_UNAVAILABLE.
 */
export function createApplyRefund(deps: ApplyRefundDeps) {
  return async (job: ApplyRefund, attempt: RefundAttempt): Promise<JobOutcome> => {
    const outcome = await apply(job, attempt);
    await endWait(deps, job, attempt);
    return outcome;
  };

  async function apply(job: ApplyRefund, attempt: RefundAttempt): Promise<JobOutcome> {
    const { refund: told, callbackKey, notificationId, receivedAt, requestId } = job;
    const { mchId, outTradeNo } = told;
    const merchant = deps.directory.merchants.get(mchId);
    if (merchant === undefined) throw merchantNotConfigured(mchId);
    const refunded = await findRefunded(deps, told);
    if (refunded === undefined) return settleUnknownRefund(deps, job, merchant, attempt);
    const { order } = refunded;
    await refuseIfDifferent(deps, { ...job, refund: refunded.refund }, order);
    const { type } = await toProven(deps, merchant, told);
    const refund = { ...refunded.refund, type };
    const { lane } = attempt;
    const fact = { refund, callbackKey, notificationId, receivedAt, requestId, lane };
    const recorded = await settleRefund(deps, order, fact);
    if (recorded === undefined) return settleUnknownRefund(deps, job, merchant, attempt);
    const { outRefundNo } = refund;
    return { outcome: recorded.outcome, outTradeNo, outRefundNo, refundState: type, isOurs: recorded.isOurs };
  }
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
