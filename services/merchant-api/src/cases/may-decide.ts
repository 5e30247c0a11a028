import type { CaseDecision } from '@huidiao/contracts';
import { isLeftWithMerchant, type Order, toRefundableFen } from '@huidiao/store';
import type { FoundCase } from './found-case.ts';

/**
 * What can be decided about a case now. Pure.
 *
 * | case | besides hold and discard |
 * |---|---|
 * | amount_differs | deliver, where the order still waits for its payment and the currency agrees; refund |
 * | ids_differ | refund, where it is of the order's merchant |
 * | paid_twice | refund |
 * | paid_late | deliver, where the order is closed, or its refund came to nothing; refund |
 * | refund_seen | deliver; refund, of what is left |
 * | unknown_order | deliver, once the order is registered |
 * | of a refund | retry |
 * | bill_differs | |
 */
export function mayDecide(found: FoundCase, order: Order | undefined): CaseDecision[] {
  if (found.letter.state !== 'open') return [];
  return [...decisionsOf(found, order), 'hold', 'discard'];
}

function decisionsOf({ kind, payment }: FoundCase, order: Order | undefined): CaseDecision[] {
  switch (kind) {
    case 'amount_differs': {
      const waits = order?.status === 'created' || order?.status === 'closed';
      const isSame = order?.currency === payment?.currency;
      return [...when(waits && isSame, 'deliver'), ...refunds(order)];
    }
    case 'paid_late':
      return [...when(isUndelivered(order), 'deliver'), ...refunds(order)];
    case 'refund_seen':
      return ['deliver', ...refunds(order)];
    case 'paid_twice':
      return refunds(order);
    case 'ids_differ':
      return order?.subMchId === undefined || order.subMchId === payment?.subMchId ? refunds(order) : [];
    case 'unknown_order':
      return when(order !== undefined, 'deliver');
    case 'refund_differs':
    case 'refund_not_confirmed':
    case 'refund_of_unknown_order':
      return ['retry'];
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
