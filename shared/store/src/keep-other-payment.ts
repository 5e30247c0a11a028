import { type PaymentSucceeded, toOrderId } from '@huidiao/contracts';
import { changeAsRead } from './change-as-read.ts';
import type { OrderTable } from './change-order.ts';
import type { TimeLineEvent } from './order.ts';
import type { OtherPayment } from './refund-request.ts';

/**
 * Keeps in an order a payment under its number that does not pay it, so that it can be refunded; tells of it once per
 * key of its callback.
 * @throws AppError ORDER_CHANGED_MEANWHILE, STORE_UNAVAILABLE
 */
export async function keepOtherPayment(
  table: OrderTable,
  payment: PaymentSucceeded,
  told: { readonly eventKey: string; readonly entry: TimeLineEvent },
): Promise<void> {
  const _id = toOrderId(payment.mchId, payment.outTradeNo);
  const kept = toOtherPayment(payment, table.clock.now());
  await changeAsRead(table, 'orders.keep-other-payment', _id, (order) => {
    const isTold = order.appliedEvents.includes(told.eventKey);
    const known = [order, ...order.otherPayments];
    const isKept = known.some(({ transactionId }) => transactionId === kept.transactionId);
    if (isTold && isKept) return undefined;
    return {
      ...(!isKept && { set: { otherPayments: [...order.otherPayments, kept] } }),
      ...(!isTold && { events: [told.entry], eventKey: told.eventKey }),
    };
  });
}

function toOtherPayment(payment: PaymentSucceeded, now: Date): OtherPayment {
  const { transactionId, amountFen, currency, subMchId, successTime } = payment;
  const paidAt = new Date(successTime ?? Number.NaN);
  const at = Number.isNaN(paidAt.getTime()) ? now : paidAt;
  return { transactionId, amountFen, currency, at, ...(subMchId !== undefined && { subMchId }) };
}
