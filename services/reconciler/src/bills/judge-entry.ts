import type { BillRule } from '@huidiao/contracts';
import type { Order, OrderRefund } from '@huidiao/store';
import type { BillEntry } from './bill-entry.ts';

/** What a line of ours in the bill means for what is here. */
export type EntryVerdict =
  /** It is here. */
  | { readonly kind: 'here' }
  /** It is here with another amount. */
  | { readonly kind: 'differs'; readonly ourFen: number; readonly order: Order }
  /** It is not here, or not as far: WeChat Pay is asked. */
  | { readonly kind: 'ask' }
  /** Nobody registered its order, and the merchant does not adopt. */
  | { readonly kind: 'unregistered' };

/** Pure. @param order of its number, if there is one */
export function judgeEntry(entry: BillEntry, order: Order | undefined, rule: BillRule): EntryVerdict {
  if (order === undefined) return rule.adopts ? { kind: 'ask' } : { kind: 'unregistered' };
  const ourFen = entry.kind === 'payment' ? toPaidFen(entry, order) : toRefundedFen(entry, order);
  if (ourFen === undefined) return { kind: 'ask' };
  return ourFen === entry.amountFen ? { kind: 'here' } : { kind: 'differs', ourFen, order };
}

function toPaidFen({ transactionId }: BillEntry, order: Order): number | undefined {
  if (order.transactionId === transactionId) return order.amountFen;
  return order.otherPayments.find((payment) => payment.transactionId === transactionId)?.amountFen;
}

function toRefundedFen(entry: BillEntry, order: Order): number | undefined {
  const refund = order.refunds.find(({ refundId }) => refundId === entry.refundId);
  return refund === undefined || isOvertaken(refund, entry) ? undefined : refund.refundFen;
}

/** The bill says of a refund that could not be returned that it was. */
export function isOvertaken({ status }: Pick<OrderRefund, 'status'>, { state }: BillEntry): boolean {
  return status === 'ABNORMAL' && state === 'SUCCESS';
}
