import type { Order, OrderRefund, RefundStatus } from './order.ts';

/**
 * What the known refunds of an order's own payment come to; those of its other payments are left out.
 *
 * - `full`: all of its amount was given back.
 * - `part`: some was given back, and with what is still under way (ABNORMAL) it is less than the amount: the rest was
 *   really bought.
 * - `unsettled`: nothing was given back, or it depends on what becomes of an ABNORMAL refund.
 */
export type RefundVerdict = 'full' | 'part' | 'unsettled';

/** Pure. Only SUCCESS has reached the buyer. https://pay.weixin.qq.com/doc/v3/merchant/4013071031 */
export function judgeRefunds(refunds: readonly OrderRefund[], amountFen: number): RefundVerdict {
  const givenBackFen = sumOf(refunds, 'SUCCESS');
  if (givenBackFen >= amountFen) return 'full';
  if (givenBackFen === 0 || givenBackFen + sumOf(refunds, 'ABNORMAL') >= amountFen) return 'unsettled';
  return 'part';
}

/** The same of any payment of an order. Pure. */
export function judgeRefundsOf(order: Order, transactionId: string): RefundVerdict {
  const other = order.otherPayments.find((payment) => payment.transactionId === transactionId);
  if (other === undefined) return judgeRefunds(order.refunds, order.amountFen);
  return judgeRefunds(
    refundsOf(order, transactionId).map(({ transactionId: _own, ...refund }) => refund),
    other.amountFen,
  );
}

/**
 * The known refunds of one payment of an order. Pure. Of an order that nothing has paid so far, one without a transaction
 * was told of before its payment; that came to the order's amount, with which the refund was compared.
 */
export function refundsOf(
  { refunds, otherPayments, transactionId: own, amountFen }: Order,
  transactionId: string,
): readonly OrderRefund[] {
  const other = otherPayments.find((payment) => payment.transactionId === transactionId);
  const hasUntold =
    own === undefined ? (other ?? { amountFen }).amountFen === amountFen : own === transactionId;
  return refunds.filter((refund) =>
    refund.transactionId === undefined ? hasUntold : refund.transactionId === transactionId,
  );
}

function sumOf(refunds: readonly OrderRefund[], status: RefundStatus): number {
  return refunds
    .filter((refund) => refund.status === status && refund.transactionId === undefined)
    .reduce((sum, { refundFen }) => sum + refundFen, 0);
}

/**
 * The refunds after one more was told of; undefined where that says nothing new. Pure, and the order in which they are
 * told makes no difference: SUCCESS and CLOSED are final, and only they take the place of ABNORMAL.
 */
export function mergeRefund(
  present: readonly OrderRefund[],
  told: OrderRefund,
): readonly OrderRefund[] | undefined {
  const known = present.find(({ refundId }) => refundId === told.refundId);
  if (known === undefined) return [...present, told];
  if (known.status !== 'ABNORMAL' || told.status === 'ABNORMAL') return undefined;
  return present.map((refund) => (refund === known ? told : refund));
}
