import type { Order } from '@huidiao/store';

/** Why no payment can be started for an order, to stand behind “The order is”. */
export type NotPayableReason = 'paid' | 'closed' | 'expired' | 'of no known payer' | 'not registered in full';

/** `undefined` while the buyer may still pay: the order is `created` and its time_expire lies ahead. */
export function decideNotPayable(
  order: Pick<Order, 'status' | 'timeExpire'>,
  now: Date,
): NotPayableReason | undefined {
  if (order.status === 'closed') return 'closed';
  if (order.status !== 'created') return 'paid';
  return order.timeExpire.getTime() <= now.getTime() ? 'expired' : undefined;
}

/** The buyer needs a moment between our answer and wx.requestPayment. */
const prepayIdMarginMs = 60_000;

/** Whether an order ends before its prepay_id does, so that it is prepaid no more. */
export function isLastPrepay({ timeExpire }: Pick<Order, 'timeExpire'>, prepayIdExpiresAt: Date): boolean {
  return timeExpire.getTime() <= prepayIdExpiresAt.getTime() - prepayIdMarginMs;
}

/** The order's prepay_id if it can still be signed, and handed to the buyer with time to use it. */
export function usablePrepayId(
  order: { readonly prepayId?: string; readonly prepayIdExpiresAt?: Date },
  now: Date,
): string | undefined {
  if (order.prepayId === undefined || order.prepayIdExpiresAt === undefined) return undefined;
  const usableForMs = order.prepayIdExpiresAt.getTime() - now.getTime();
  return usableForMs > prepayIdMarginMs ? order.prepayId : undefined;
}
