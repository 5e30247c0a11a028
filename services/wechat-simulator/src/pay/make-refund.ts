import type { Context } from '../context.ts';
import { createRefundId } from '../events/event-subject.ts';
import type { Order } from './order-book.ts';
import type { Refund } from './refund-book.ts';
import { toWireTime } from './wire-time.ts';

/** What is said of a new refund. */
export interface RefundToMake {
  /** Default: one as the console makes it up. https://pay.weixin.qq.com/doc/v3/merchant/4012791906 */
  readonly outRefundNo?: string;
  readonly refundFen: number;
  readonly reason?: string | undefined;
  /** Default: the merchant platform's address; without either nobody is told. */
  readonly notifyUrl?: string | undefined;
  readonly content?: string;
}

/** Remembers a refund that is PROCESSING; a query of its order says REFUND from now on. */
export function makeRefund(context: Context, order: Order, wanted: RefundToMake): Refund {
  const refundId = createRefundId();
  const refund: Refund = {
    order,
    outRefundNo: wanted.outRefundNo ?? `BWeb${refundId.slice(4)}`,
    refundId,
    refundFen: wanted.refundFen,
    reason: wanted.reason,
    notifyUrl: wanted.notifyUrl ?? context.addresses.ofConsole(order.mchId),
    content: wanted.content ?? '',
    createTime: toWireTime(Date.now()),
    createdAtMs: context.clock.now(),
    state: 'PROCESSING',
  };
  context.refunds.add(refund);
  order.state = 'REFUND';
  return refund;
}
