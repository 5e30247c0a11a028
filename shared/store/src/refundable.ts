import { refundsOf } from './judge-refunds.ts';
import type { Order } from './order.ts';
import type { OrderRefundRequest } from './refund-request.ts';

/** A payment under an order's number, as far as refunds of it go. */
export interface RefundablePayment {
  readonly transactionId: string;
  readonly amountFen: number;
  readonly currency: string;
  readonly subMchId?: string;
  readonly paidAt: Date;
}

/**
 * The payment of an order that a refund names, by default the one that paid it; undefined where the order knows of
 * none. Pure.
 */
export function findRefundablePayment(order: Order, transactionId?: string): RefundablePayment | undefined {
  if (transactionId === undefined || transactionId === order.transactionId) return toOwnPayment(order);
  const other = order.otherPayments.find((payment) => payment.transactionId === transactionId);
  if (other === undefined) return undefined;
  const { at: paidAt, ...payment } = other;
  return { ...payment, paidAt };
}

function toOwnPayment(order: Order): RefundablePayment | undefined {
  const { transactionId, amountFen, currency, paidAt } = order;
  if (transactionId === undefined || paidAt === undefined) return undefined;
  const subMchId = order.subMchId ?? order.payment?.subMchId;
  return { transactionId, amountFen, currency, paidAt, ...(subMchId !== undefined && { subMchId }) };
}

/**
 * What each number of a refund takes of a payment: all that were asked for here, unless WeChat Pay refused or closed
 * them, and all that WeChat Pay told of and did not close, whoever made them. What WeChat Pay told counts for a number
 * that is in both. Pure.
 */
export function toTakenFen(order: Order, transactionId: string): ReadonlyMap<string, number> {
  const taken = new Map<string, number>();
  for (const request of order.refundRequests) {
    const isGiven = request.state !== 'refused' && request.state !== 'closed';
    if (request.transactionId === transactionId && isGiven) taken.set(request.outRefundNo, request.refundFen);
  }
  for (const refund of refundsOf(order, transactionId)) {
    if (refund.status === 'CLOSED') taken.delete(refund.outRefundNo);
    else taken.set(refund.outRefundNo, refund.refundFen);
  }
  return taken;
}

/** Whether a refund that was asked for still fits what was paid, beside all others: some may be made elsewhere. Pure. */
export function fitsPayment(
  order: Order,
  { outRefundNo, transactionId, refundFen, totalFen }: OrderRefundRequest,
): boolean {
  const taken = new Map(toTakenFen(order, transactionId)).set(outRefundNo, refundFen);
  return [...taken.values()].reduce((sum, fen) => sum + fen, 0) <= totalFen;
}

/** What may still be given back of a payment of an order; never negative, and 0 where the order knows of none. Pure. */
export function toRefundableFen(order: Order, transactionId?: string): number {
  const payment = findRefundablePayment(order, transactionId);
  return payment === undefined ? 0 : toLeftFen(order, payment);
}

/** What refunds leave of a payment, also of one that the order does not know of so far; never negative. Pure. */
export function toLeftFen(
  order: Order,
  { transactionId, amountFen }: Pick<RefundablePayment, 'transactionId' | 'amountFen'>,
): number {
  let left = amountFen;
  for (const fen of toTakenFen(order, transactionId).values()) left -= fen;
  return Math.max(0, left);
}

/**
 * Whether an order has to wait before anything is delivered: it is paid, and all of that is given back or on its way, by
 * refunds that were asked for here or that WeChat Pay told of. It ends held `refunded`, or goes on where one of them is
 * closed or refused. Pure.
 */
export function waitsForRefund(order: Order): boolean {
  const payment = findRefundablePayment(order);
  if (order.status !== 'paid' || order.held !== undefined || payment === undefined) return false;
  return toLeftFen(order, payment) === 0;
}
