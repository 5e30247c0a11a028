import type { RefundEvent } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { findRefundablePayment, type Order } from '@huidiao/store';

/**
 * What a refund and our own order disagree about, as the error of a dead letter that names both figures; undefined
 * where they agree. Pure. A second payment of an order is refunded under the order's number too, and must not be taken
 * for a refund of the first one: the transaction tells them apart, and the order knows what each came to.
 */
export function findRefundDifference(order: Order, refund: RefundEvent): AppError | undefined {
  const payment = findRefundablePayment(order, refund.transactionId);
  const isOfPayment = payment !== undefined || order.transactionId === undefined;
  const isOther = order.otherPayments.some(({ transactionId }) => transactionId === refund.transactionId);
  const subMchId = isOther ? payment?.subMchId : order.subMchId;
  const isOfMerchant = subMchId === undefined || subMchId === refund.subMchId;
  const amountFen = payment?.amountFen ?? order.amountFen;
  const isOfAmount = refund.totalFen === amountFen && refund.refundFen <= refund.totalFen;
  if (isOfPayment && isOfMerchant && isOfAmount) return undefined;
  const details = {
    outTradeNo: order.outTradeNo,
    refundId: refund.refundId,
    outRefundNo: refund.outRefundNo,
    orderTransactionId: order.transactionId,
    refundedTransactionId: refund.transactionId,
    orderSubMchId: order.subMchId,
    refundedSubMchId: refund.subMchId,
    orderAmountFen: order.amountFen,
    paidAmountFen: isOther ? amountFen : undefined,
    refundedTotalFen: refund.totalFen,
    refundFen: refund.refundFen,
  };
  return new AppError('REFUND_DIFFERS', { details });
}
