import type { CaseDecision } from '@huidiao/contracts';
import { isLeftWithMerchant, type Order, toLeftFen, toRefundableFen } from '@huidiao/store';
import type { FoundCase } from './found-case.ts';

/**
 * What can be decided about a case now. Pure. Nothing is delivered whose price was given back, or is on its way back.
 *
 * | case | besides hold and discard |
 * |---|---|
 * | amount_differs | deliver, where the order still waits for its payment, the currency agrees, and refunds leave something; refund |
 * | ids_differ | refund, where it is of the order's merchant |
 * | paid_twice | refund |
 * | paid_late | deliver, where the order is closed, or its refund came to nothing, and refunds leave something; refund |
 * | refund_seen | deliver, where refunds leave something; refund, of what is left |
 * | unknown_order | deliver, once the order is registered |
 * | refund_differs, refund_not_confirmed, refund_of_unknown_order | retry |
 * | refund_short_of_money, refund_not_final | retry |
 * | refund_refused, bill_differs | |
 */
export function mayDecide(found: FoundCase, order: Order | undefined): CaseDecision[] {
  if (found.letter.state !== 'open') return [];
  return [...decisionsOf(found, order), 'hold', 'discard'];
}

function decisionsOf({ kind, payment }: FoundCase, order: Order | undefined): CaseDecision[] {
  const isSomethingLeft = order === undefined || payment === undefined || toLeftFen(order, payment) > 0;
  switch (kind) {
    case 'amount_differs': {
      const waits = order?.status === 'created' || order?.status === 'closed';
      const isSame = order?.currency === payment?.currency;
      return [...when(waits && isSame && isSomethingLeft, 'deliver'), ...refunds(order)];
    }
    case 'paid_late':
      return [...when(isUndelivered(order) && isSomethingLeft, 'deliver'), ...refunds(order)];
    case 'refund_seen':
      return [...when(isSomethingLeft, 'deliver'), ...refunds(order)];
    case 'paid_twice':
      return refunds(order);
    case 'ids_differ':
      return order?.subMchId === undefined || order.subMchId === payment?.subMchId ? refunds(order) : [];
    case 'unknown_order':
      return when(order !== undefined, 'deliver');
    case 'refund_differs':
    case 'refund_not_confirmed':
    case 'refund_of_unknown_order':
    case 'refund_short_of_money':
    case 'refund_not_final':
      return ['retry'];
    // Its number is spent, and its money free for a refund under another one.
    case 'refund_refused':
    // WeChat Pay signed what is here, and what it says of the bill is between it and the merchant.
    case 'bill_differs':
      return [];
    default:
      return kind satisfies never;
  }

  function refunds(of: Order | undefined): CaseDecision[] {
    if (of === undefined || payment === undefined) return [];
    const isKnown = [of, ...of.otherPayments].some((one) => one.transactionId === payment.transactionId);
    return when(!isKnown || toRefundableFen(of, payment.transactionId) > 0, 'refund');
  }
}

function isUndelivered(order: Order | undefined): boolean {
  return (
    order !== undefined && (order.status === 'closed' || (order.held === 'late' && isLeftWithMerchant(order)))
  );
}

function when(condition: boolean, decision: CaseDecision): CaseDecision[] {
  return condition ? [decision] : [];
}
