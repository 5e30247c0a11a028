import { toOrderId } from '@huidiao/contracts';
import { changeAsRead } from './change-as-read.ts';
import type { OrderChange, OrderTable } from './change-order.ts';
import { judgeRefunds, mergeRefund } from './judge-refunds.ts';
import { mergeEffects } from './merge-effects.ts';
import type { Effect, Order, OrderRefund, TimeLineEvent } from './order.ts';

export interface RefundOptions {
  /** Key of the callback that tells of it. */
  readonly eventKey: string;
  /** What follows from the payment, should this refund explain why it was held. */
  readonly effects: readonly Effect[];
}

export interface RecordedRefund {
  /**
   * `known`: it says nothing new. `held`: all was given back before the shop accepted the order, which is not delivered
   * now. `released`: what was held because some refund had been seen is delivered, for it was one in part.
   */
  readonly outcome: 'recorded' | 'known' | 'held' | 'released';
  /** The order had no refund of this number before. */
  readonly isNew: boolean;
  /** As it is now. */
  readonly order: Order;
}

/**
 * Keeps in an order, whatever its status, what became of a refund: one guarded update, and nothing when it was known.
 * The status stays. An order of which nothing but the refund is known was paid: WeChat is to be asked about it now.
 *
 * | order | refunds then | |
 * |---|---|---|
 * | paid, held or not | full | held `refunded`, its effects are gone |
 * | paid, held `refund_seen` | part | released, with the effects of its payment |
 * | created | | due for a query |
 * | anything else | | kept, nothing more |
 *
 * @returns undefined when there is no such order
 * @throws AppError ORDER_CHANGED_MEANWHILE, STORE_UNAVAILABLE
 */
export async function recordRefund(
  table: OrderTable,
  named: { readonly mchId: string; readonly outTradeNo: string },
  refund: Omit<OrderRefund, 'at'>,
  options: RefundOptions,
): Promise<RecordedRefund | undefined> {
  const _id = toOrderId(named.mchId, named.outTradeNo);
  const told = { ...refund, at: table.clock.now() };
  const changed = await changeAsRead(table, 'orders.record-refund', _id, (order) =>
    toChange(order, told, options),
  );
  if (changed === undefined) return undefined;
  const { before, after } = changed;
  if (after === undefined) return { outcome: 'known', isNew: false, order: before };
  const isNew = after.refunds.length > before.refunds.length;
  return { outcome: toOutcome(before, after), isNew, order: after };
}

function toOutcome({ held: before }: Order, { held: after }: Order): RecordedRefund['outcome'] {
  if (before === after) return 'recorded';
  return after === undefined ? 'released' : 'held';
}

function toChange(order: Order, told: OrderRefund, options: RefundOptions): OrderChange | undefined {
  const refunds = mergeRefund(order.refunds, told);
  if (refunds === undefined) return undefined;
  const { refundId, outRefundNo, status, refundFen } = told;
  const event = { event: toEventName(status), refundId, outRefundNo, refundFen };
  const kept = { set: { refunds }, events: [event], eventKey: options.eventKey };
  if (order.status === 'created') return { ...kept, set: { refunds, nextQueryAt: told.at } };
  if (order.status !== 'paid') return kept;
  const verdict = judgeRefunds(refunds, order.amountFen);
  if (verdict === 'full' && order.held !== 'refunded') {
    return {
      ...kept,
      set: { refunds, held: 'refunded', effects: [] },
      events: [{ ...event, held: 'refunded' }],
    };
  }
  if (verdict !== 'part' || order.held !== 'refund_seen') return kept;
  const events: TimeLineEvent[] = [event, { event: 'released', because: 'refunded_in_part' }];
  const effects = mergeEffects(order.effects, options.effects);
  return { ...kept, set: { refunds, effects }, unset: ['held'], events };
}

const eventNames = {
  SUCCESS: 'refund.succeeded',
  ABNORMAL: 'refund.abnormal',
  CLOSED: 'refund.closed',
};

function toEventName(status: OrderRefund['status']): string {
  return eventNames[status];
}
