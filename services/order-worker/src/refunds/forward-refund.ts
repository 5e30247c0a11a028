import { isCheckOrder, isWantedEvent, toCallbackJobId } from '@huidiao/contracts';
import type { RefundAttempt } from './refund-attempt.ts';
import type { ToldRefundFact } from './settle-refund.ts';

const states = {
  'refund.succeeded': 'SUCCESS',
  'refund.abnormal': 'ABNORMAL',
  'refund.closed': 'CLOSED',
} as const;

/**
 * Tells a shop that wants to hear of refunds of one whose callback did not come, in the words of the callback and under
 * its key: should it come after all, the shop sees that it knows it.
 * @throws AppError QUEUE_UNAVAILABLE, QUEUE_NOT_DURABLE
 */
export async function forwardRefund(one: RefundAttempt, fact: ToldRefundFact): Promise<void> {
  const { deps, merchant, attempt } = one;
  const { refund, callbackKey, notificationId, receivedAt, requestId } = fact;
  const { mchId, type } = refund;
  if (merchant.shop === undefined || !isWantedEvent(merchant.shop.events, type)) return;
  if (isCheckOrder(refund.outTradeNo)) return;
  await deps.producer.add({
    name: 'forward-event',
    id: toCallbackJobId('forward-event', callbackKey),
    lane: attempt.lane,
    data: {
      requestId,
      callbackKey,
      notificationId,
      eventType: `REFUND.${states[type]}`,
      receivedAt,
      receiver: { mchId },
      type,
      content: JSON.stringify(toContent(fact)),
    },
  });
}

/** https://pay.weixin.qq.com/doc/v3/merchant/4012791906 */
function toContent({ refund }: ToldRefundFact): Record<string, unknown> {
  const { mchId, subMchId, successTime } = refund;
  return {
    ...(subMchId === undefined ? { mchid: mchId } : { sp_mchid: mchId, sub_mchid: subMchId }),
    out_trade_no: refund.outTradeNo,
    transaction_id: refund.transactionId,
    out_refund_no: refund.outRefundNo,
    refund_id: refund.refundId,
    refund_status: states[refund.type],
    ...(successTime === undefined ? {} : { success_time: successTime }),
    amount: { total: refund.totalFen, refund: refund.refundFen },
  };
}
