import { judgeRefundsOf } from './judge-refunds.ts';
import type { Order } from './order.ts';

/**
 * Whether money that nothing is delivered for stays with the merchant: of a payment whose order is held, for it came
 * late or a refund was seen, or of one that did not pay its order. Not all of it was given back, and nothing is on its way any more, for WeChat Pay closed
 * or refused the refund. A refund that is ABNORMAL is on its way: people can send it to another card. Pure.
 *
 * @param transactionId of the payment; default: the one that paid the order
 */
export function isLeftWithMerchant(order: Order, transactionId = order.transactionId): boolean {
  if (transactionId === undefined) return false;
  const isOwn = transactionId === order.transactionId;
  const isHeld = order.held === 'late' || order.held === 'refund_seen';
  if ((isOwn && !isHeld) || judgeRefundsOf(order, transactionId) === 'full') return false;
  const isAsked = order.refundRequests.some(
    (request) => request.transactionId === transactionId && !endings.has(request.state),
  );
  const hangs = order.refunds.some(
    (refund) =>
      (refund.transactionId ?? order.transactionId) === transactionId && refund.status === 'ABNORMAL',
  );
  return !isAsked && !hangs;
}

const endings: ReadonlySet<string> = new Set(['succeeded', 'closed', 'refused']);
