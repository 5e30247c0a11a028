import { toOrderId } from '@huidiao/contracts';
import { changeAsRead } from './change-as-read.ts';
import type { OrderChange, OrderTable } from './change-order.ts';
import { mergeEffects } from './merge-effects.ts';
import type { Effect, Order } from './order.ts';
import type { NewRefundRequest, OrderRefundRequest, RefundedGoods } from './refund-request.ts';
import { findRefundablePayment, type RefundablePayment, toRefundableFen, toTakenFen } from './refundable.ts';
import { assertFen } from './register-order.ts';

/** Why a payment cannot be refunded: see requestRefund. */
export type NotRefundableReason = 'not_paid' | 'too_old' | 'too_many';

export interface RequestedRefund {
  /**
   * `same`: it was asked for before. `conflict`: its number was, with other content. `exceeds`: more than is left.
   * `not_refundable`: see `reason`.
   */
  readonly outcome: 'requested' | 'same' | 'conflict' | 'exceeds' | 'not_refundable';
  readonly reason?: NotRefundableReason;
  /** As it is now. */
  readonly order: Order;
  /** What may still be given back of that payment. */
  readonly refundableFen: number;
}

/** WeChat Pay takes so many partial refunds of one payment, for so long after it. */
export const mostRefunds = 50;
export const refundableForMs = 365 * 24 * 60 * 60 * 1_000;

/**
 * Keeps in an order that a refund of it is wanted, and what has to happen because of it, in one guarded update; asks
 * nobody. All refunds of a payment together, wanted here, made in the merchant platform's console, and under way, never
 * come to more than was paid, however many are asked for at once.
 *
 * | asked for | outcome |
 * |---|---|
 * | a number that was asked for before, with the same content | same |
 * | a number that was used before otherwise, by us or elsewhere | conflict |
 * | a payment that the order does not know of | not_refundable: not_paid |
 * | a payment of more than 365 days ago | not_refundable: too_old |
 * | the 51st refund of a payment | not_refundable: too_many |
 * | more than is left of the payment | exceeds |
 * | anything else | requested |
 *
 * https://pay.weixin.qq.com/doc/v3/merchant/4012791883
 *
 * @returns undefined when there is no such order
 * @throws AppError REQUEST_INVALID for an amount that is not a whole number of fen, ORDER_CHANGED_MEANWHILE,
 * STORE_UNAVAILABLE
 */
export async function requestRefund(
  table: OrderTable,
  named: { readonly mchId: string; readonly outTradeNo: string },
  wanted: NewRefundRequest,
  options: { readonly effects: readonly Effect[] },
): Promise<RequestedRefund | undefined> {
  assertFen(wanted.refundFen);
  const _id = toOrderId(named.mchId, named.outTradeNo);
  const now = table.clock.now();
  const changed = await changeAsRead(table, 'orders.request-refund', _id, (order) => {
    const verdict = judgeRequest(order, wanted, now);
    return verdict.outcome === 'requested' ? toRequested(order, verdict.request, options.effects) : undefined;
  });
  if (changed === undefined) return undefined;
  const { before, after } = changed;
  const order = after ?? before;
  const refundableFen = toRefundableFen(order, wanted.transactionId);
  if (after !== undefined) return { outcome: 'requested', order, refundableFen };
  return {
    ...(judgeRequest(before, wanted, now) as Exclude<Verdict, { request: unknown }>),
    order,
    refundableFen,
  };
}

type Verdict =
  | { readonly outcome: 'requested'; readonly request: OrderRefundRequest }
  | { readonly outcome: 'same' | 'conflict' | 'exceeds' }
  | { readonly outcome: 'not_refundable'; readonly reason: NotRefundableReason };

function judgeRequest(order: Order, wanted: NewRefundRequest, now: Date): Verdict {
  const { outRefundNo } = wanted;
  const payment = findRefundablePayment(order, wanted.transactionId);
  const known = order.refundRequests.find((request) => request.outRefundNo === outRefundNo);
  if (known !== undefined) return { outcome: isSame(known, wanted, payment) ? 'same' : 'conflict' };
  if (order.refunds.some((refund) => refund.outRefundNo === outRefundNo)) return { outcome: 'conflict' };
  if (payment === undefined) return { outcome: 'not_refundable', reason: 'not_paid' };
  if (now.getTime() - payment.paidAt.getTime() > refundableForMs)
    return { outcome: 'not_refundable', reason: 'too_old' };
  if (toTakenFen(order, payment.transactionId).size >= mostRefunds)
    return { outcome: 'not_refundable', reason: 'too_many' };
  if (wanted.refundFen > toRefundableFen(order, payment.transactionId)) return { outcome: 'exceeds' };
  return { outcome: 'requested', request: toRefundRequest(order, payment, wanted, now) };
}

function isSame(known: OrderRefundRequest, wanted: NewRefundRequest, payment?: RefundablePayment): boolean {
  return (
    known.transactionId === payment?.transactionId &&
    known.refundFen === wanted.refundFen &&
    known.reason === wanted.reason &&
    known.fundsAccount === wanted.fundsAccount &&
    toGoodsText(known.goods) === toGoodsText(wanted.goods)
  );
}

/** Field by field: what MongoDB gives back need not have its fields in the order in which they were written. */
function toGoodsText(goods: readonly RefundedGoods[] = []): string {
  return JSON.stringify(
    goods.map((one) => [
      one.merchantGoodsId,
      one.goodsName,
      one.wechatpayGoodsId,
      one.unitPriceFen,
      one.refundFen,
      one.refundQuantity,
    ]),
  );
}

/** A request as it begins. Pure. */
export function toRefundRequest(
  order: Pick<Order, 'notifyUrl'>,
  payment: RefundablePayment,
  wanted: NewRefundRequest,
  now: Date,
): OrderRefundRequest {
  const { outRefundNo, refundFen, reason, goods, fundsAccount, requestedBy } = wanted;
  const notifyUrl = wanted.notifyUrl ?? order.notifyUrl;
  return {
    outRefundNo,
    transactionId: payment.transactionId,
    refundFen,
    totalFen: payment.amountFen,
    currency: payment.currency,
    ...(payment.subMchId !== undefined && { subMchId: payment.subMchId }),
    ...(reason !== undefined && { reason }),
    ...(goods !== undefined && { goods: [...goods] }),
    ...(fundsAccount !== undefined && { fundsAccount }),
    ...(notifyUrl !== undefined && { notifyUrl }),
    requestedBy,
    requestedAt: now,
    state: 'requested',
    attempts: 0,
    waits: 0,
    rounds: 0,
    stateAt: now,
  };
}

function toRequested(order: Order, request: OrderRefundRequest, effects: readonly Effect[]): OrderChange {
  const { outRefundNo, refundFen, transactionId, requestedBy } = request;
  return {
    set: {
      refundRequests: [...order.refundRequests, request],
      effects: mergeEffects(order.effects, effects),
    },
    events: [{ event: 'refund.requested', outRefundNo, refundFen, transactionId, requestedBy }],
  };
}
