import { isReplay, type Merchant } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { JobAttempt, JobOutcome } from '@huidiao/queue';
import { toPaymentUnmatchedWebhook } from '../shop/to-shop-webhook.ts';
import type { ApplyPayment, ApplyPaymentDeps } from './apply-payment.ts';
import { refundSeenEntry } from './decide-payment.ts';
import { recordPayment } from './record-payment.ts';

/** A callback often overtakes the request that registers its order; after this it is not a race any more. */
const patienceMs = 10 * 60_000;
/** `hold` waits as long as WeChat itself would go on re-sending. */
const holdMs = 24 * 60 * 60_000;
const longestPauseMs = 30_000;

/**
 * A payment whose order is not there (yet). It waits about ten minutes for it, then does what the merchant
 * chose: `forward` tells the shop, `hold` goes on waiting up to 24 hours, `dead_letter` keeps it for a person.
 *
 * @throws AppError ORDER_NOT_YET_KNOWN (uses up no attempt), ORDER_UNKNOWN, ORDER_REFUND_SEEN (permanent).
 */
export async function settleUnknownOrder(
  deps: Pick<ApplyPaymentDeps, 'store' | 'shop' | 'clock'>,
  job: ApplyPayment,
  merchant: Merchant,
  attempt: Pick<JobAttempt, 'failing' | 'jobId'>,
): Promise<JobOutcome> {
  const { payment } = job;
  const waitedMs = toWaitedMs(attempt.failing, deps.clock.now());
  const details = {
    mchId: payment.mchId,
    outTradeNo: payment.outTradeNo,
    transactionId: payment.transactionId,
    paidAmountFen: payment.amountFen,
    refundSeen: payment.refundSeen,
  };
  if (waitedMs < (merchant.unknownOrder === 'hold' ? holdMs : patienceMs)) {
    const retryAfterMs = Math.min(longestPauseMs, Math.max(1_000, waitedMs));
    throw new AppError('ORDER_NOT_YET_KNOWN', { retryAfterMs, details });
  }
  if (merchant.unknownOrder !== 'forward') {
    await recordPayment(deps.store, job, 'unknown_order');
    throw new AppError('ORDER_UNKNOWN', { details });
  }
  // What the shop is told of does not say that there was a refund, so a person decides first.
  if (payment.refundSeen === true && !isReplay(attempt.jobId)) {
    await recordPayment(deps.store, job, refundSeenEntry);
    throw new AppError('ORDER_REFUND_SEEN', { details });
  }
  const { id, webhook } = toPaymentUnmatchedWebhook(payment, job.receivedAt);
  const { httpStatus } = await deps.shop.tell(merchant, id, webhook);
  await recordPayment(deps.store, job, 'forwarded');
  return { outcome: 'forwarded', outTradeNo: payment.outTradeNo, httpStatus };
}

/**
 * Only the time in which the store answered that the order is not there: not that of an outage before. Whoever
 * failed with what comes after the waiting has waited.
 */
function toWaitedMs(failing: JobAttempt['failing'], now: Date): number {
  if (failing === undefined) return 0;
  if (failing.code === 'ORDER_NOT_YET_KNOWN') return now.getTime() - failing.since.getTime();
  const hasWaited = /^(ORDER_UNKNOWN|ORDER_REFUND_SEEN|SHOP_[A-Z_]+)$/.test(failing.code);
  return hasWaited ? Number.POSITIVE_INFINITY : 0;
}
