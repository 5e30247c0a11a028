import { isWantedEvent, type Merchant } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { JobOutcome } from '@huidiao/queue';
import type { ApplyRefund, ApplyRefundDeps } from './apply-refund.ts';
import { recordCallback } from './record-callback.ts';
import { type WaitAttempt, waitForOrder } from './wait-for-order.ts';

/**
 * A refund whose order is not there (yet). It waits as its payment does (settleUnknownOrder), then does what the
 * merchant chose: with `forward` nothing is left to do, because the shop is told by a job of its own (forward-event),
 * or wants to hear of no refunds; otherwise it is kept for a person.
 *
 * @throws AppError ORDER_NOT_YET_KNOWN (uses up no attempt), REFUND_ORDER_UNKNOWN (permanent).
 */
export async function settleUnknownRefund(
  deps: Pick<ApplyRefundDeps, 'store' | 'clock'>,
  job: ApplyRefund,
  merchant: Merchant,
  attempt: WaitAttempt,
): Promise<JobOutcome> {
  const { mchId, outTradeNo, transactionId, refundId, outRefundNo, refundFen, totalFen } = job.refund;
  const { type: eventType } = job.refund;
  const details = { mchId, outTradeNo, transactionId, refundId, outRefundNo, refundFen, totalFen };
  await waitForOrder(deps, merchant, { name: 'apply-refund', data: job }, attempt, details);
  const isTold = merchant.shop !== undefined && isWantedEvent(merchant.shop.events, eventType);
  const outcome = merchant.unknownOrder === 'forward' && isTold ? 'forwarded' : 'unknown_order';
  await recordCallback(deps.store, job, { mchId, outTradeNo, eventType, outcome });
  if (merchant.unknownOrder !== 'forward') throw new AppError('REFUND_ORDER_UNKNOWN', { details });
  return { outcome, outTradeNo };
}
