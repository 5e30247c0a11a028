import { type RefundState, toOrderId } from '@huidiao/contracts';
import { changeAsRead } from './change-as-read.ts';
import type { OrderTable } from './change-order.ts';
import { findRequest, type NamedRefund, withRequest } from './move-refund.ts';
import type { Order } from './order.ts';
import type { OrderRefundRequest } from './refund-request.ts';

export type BegunRefund =
  /** WeChat Pay may be asked for it now: that it may have been is written down. */
  | { readonly outcome: 'begun'; readonly request: OrderRefundRequest }
  /** Another refund of the order was asked for just now. */
  | { readonly outcome: 'too_soon'; readonly until: Date }
  /** It is further on already. */
  | { readonly outcome: 'overtaken' };

const unsubmitted: readonly RefundState[] = ['requested', 'submitting', 'insufficient_funds'];

/**
 * Writes down that WeChat Pay is being asked for a refund, before it is: whoever finds it so, and does not know the
 * answer, queries the refund first. Two refunds of one order are asked for at least `spacingMs` apart, by whomever.
 * https://pay.weixin.qq.com/doc/v3/partner/4013163605
 * @throws AppError ORDER_CHANGED_MEANWHILE, STORE_UNAVAILABLE
 */
export async function beginRefund(
  table: OrderTable,
  named: NamedRefund,
  spacingMs: number,
): Promise<BegunRefund> {
  const _id = toOrderId(named.mchId, named.outTradeNo);
  const now = table.clock.now();
  const changed = await changeAsRead(table, 'orders.begin-refund', _id, (order) => {
    const request = findRequest(order, named.outRefundNo);
    if (request === undefined || !unsubmitted.includes(request.state)) return undefined;
    if (toRefundTurn(order, named.outRefundNo, spacingMs) > now) return undefined;
    const { state, stateAt, attempts } = request;
    const begun = {
      ...request,
      state: 'submitting' as const,
      attempts: attempts + 1,
      submittedAt: now,
      stateAt: state === 'submitting' ? stateAt : now,
    };
    return { set: { refundRequests: withRequest(order, begun) } };
  });
  const request = changed?.after && findRequest(changed.after, named.outRefundNo);
  if (request !== undefined) return { outcome: 'begun', request };
  const until = changed === undefined ? now : toRefundTurn(changed.before, named.outRefundNo, spacingMs);
  return until > now ? { outcome: 'too_soon', until } : { outcome: 'overtaken' };
}

/** When a refund may be asked for at the earliest, as far as the others of its order go. Pure. */
export function toRefundTurn(order: Order, outRefundNo: string, spacingMs: number): Date {
  const others = order.refundRequests.filter((request) => request.outRefundNo !== outRefundNo);
  const times = others.flatMap(({ submittedAt }) =>
    submittedAt === undefined ? [] : [submittedAt.getTime()],
  );
  return new Date(Math.max(0, ...times) + spacingMs);
}
