import {
  isCheckOrder,
  isWantedEvent,
  refundStatuses,
  toCallbackJobId,
  toRefundContent,
} from '@huidiao/contracts';
import type { RefundAttempt } from './refund-attempt.ts';
import type { ToldRefundFact } from './settle-refund.ts';

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
      eventType: `REFUND.${refundStatuses[type]}`,
      receivedAt,
      receiver: { mchId },
      type,
      content: JSON.stringify(toRefundContent(refund)),
    },
  });
}
