import { isReplay, type Merchant } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { JobOutcome } from '@huidiao/queue';
import { toPaymentUnmatchedWebhook } from '../shop/to-shop-webhook.ts';
import type { ApplyPayment, ApplyPaymentDeps } from './apply-payment.ts';
import { refundSeenEntry } from './decide-payment.ts';
import { recordPayment } from './record-payment.ts';
import { keepJob, type WaitAttempt, type WaitingFor, waitForOrder } from './wait-for-order.ts';

/**
 * A payment whose order is not there (yet). It waits about ten minutes for it, or as long as the merchant set, then does
 * what the merchant chose: `forward` tells the shop, `hold` goes on waiting up to 24 hours, `dead_letter` keeps it for a
 * person.
 *
 * @throws AppError ORDER_NOT_YET_KNOWN (uses up no attempt), ORDER_UNKNOWN, ORDER_REFUND_SEEN (permanent).
 */
export async function settleUnknownOrder(
  deps: Pick<ApplyPaymentDeps, 'store' | 'shop' | 'clock'>,
  job: ApplyPayment,
  merchant: Merchant,
  attempt: WaitAttempt,
): Promise<JobOutcome> {
  const { payment } = job;
  const details = {
    mchId: payment.mchId,
    outTradeNo: payment.outTradeNo,
    transactionId: payment.transactionId,
    paidAmountFen: payment.amountFen,
    refundSeen: payment.refundSeen,
  };
  const waiting: WaitingFor = { name: 'apply-payment', data: job };
  await waitForOrder(deps, merchant, waiting, attempt, details);
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
  const { httpStatus } = await deps.shop.tell(merchant, id, webhook).catch(async (error: unknown) => {
    // A shop may be away for hours, and nothing else would bring this payment back should Redis be lost meanwhile.
    await keepJob(deps, waiting, attempt);
    throw error;
  });
  await recordPayment(deps.store, job, 'forwarded');
  return { outcome: 'forwarded', outTradeNo: payment.outTradeNo, httpStatus };
}
