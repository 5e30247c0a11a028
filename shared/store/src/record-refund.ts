import { type RefundState, refundTypes, toOrderId, toRefundEffectId } from '@huidiao/contracts';
import { changeAsRead } from './change-as-read.ts';
import type { OrderChange, OrderTable } from './change-order.ts';
import { judgeRefunds, mergeRefund } from './judge-refunds.ts';
import { mergeEffects } from './merge-effects.ts';
import type { Effect, Order, OrderRefund, RefundStatus, TimeLineEvent } from './order.ts';
import type { OrderRefundRequest } from './refund-request.ts';
import { toRefundableFen } from './refundable.ts';

/** What became of a refund, as WeChat Pay told it. */
export interface ToldRefund extends Omit<OrderRefund, 'at'> {
  transactionId: string;
}

export interface RefundOptions {
  /** Key of the callback that tells of it. */
  readonly eventKey: string;
  /** What follows from the payment, should this refund explain why it was held. */
  readonly effects: readonly Effect[];
  /** What follows from the refund, should this be how we learn that it succeeded. */
  readonly successEffects?: readonly Effect[];
}

export interface RecordedRefund {
  /**
   * `known`: it says nothing new. `held`: all was given back before the shop accepted the order, which is not delivered
   * now. `released`: what was held because some refund had been seen is delivered, for it was one in part.
   */
  readonly outcome: 'recorded' | 'known' | 'held' | 'released';
  /** The order had no refund of this number before. */
  readonly isNew: boolean;
  /** It was asked for here. */
  readonly isOurs: boolean;
  /** As it is now. */
  readonly order: Order;
}

/**
 * Keeps in an order, whatever its status, what became of a refund: one guarded update, and nothing when it was known.
 * The status stays. A refund that was asked for here goes on to the same state, and nothing is left to do for one
 * that is final. An order of which nothing but the refund is known was paid: WeChat is to be asked about it now.
 *
 * | order | refunds of its payment then | |
 * |---|---|---|
 * | paid, held or not | full | held `refunded`; its effects are gone, but for refunds that are still to be made |
 * | paid, held `refund_seen` | part, and no more is on its way that could make it all | released, with the effects of its payment |
 * | paid, held `refund_seen` | part, for one that was asked for here was closed | kept, nothing more: a person had decided, and decides again |
 * | created | | due for a query |
 * | closed, of a payment that nobody told of | part, or closed again | likewise |
 * | anything else, and refunds of its other payments | | kept, nothing more |
 *
 * @returns undefined when there is no such order
 * @throws AppError ORDER_CHANGED_MEANWHILE, STORE_UNAVAILABLE
 */
export async function recordRefund(
  table: OrderTable,
  named: { readonly mchId: string; readonly outTradeNo: string },
  told: ToldRefund,
  options: RefundOptions,
): Promise<RecordedRefund | undefined> {
  const _id = toOrderId(named.mchId, named.outTradeNo);
  const at = table.clock.now();
  const changed = await changeAsRead(table, 'orders.record-refund', _id, (order) =>
    toChange(order, toOrderRefund(order, told, at), options),
  );
  if (changed === undefined) return undefined;
  const { before, after } = changed;
  const isOurs = before.refundRequests.some(({ outRefundNo }) => outRefundNo === told.outRefundNo);
  if (after === undefined) return { outcome: 'known', isNew: false, isOurs, order: before };
  const isNew = after.refunds.length > before.refunds.length;
  return { outcome: toOutcome(before, after), isNew, isOurs, order: after };
}

/** The transaction is written down where it is not the one that paid the order. */
function toOrderRefund(order: Order, told: ToldRefund, at: Date): OrderRefund {
  const { transactionId, ...refund } = told;
  const isOther = order.otherPayments.some((payment) => payment.transactionId === transactionId);
  return { ...refund, at, ...(isOther && { transactionId }) };
}

function toOutcome({ held: before }: Order, { held: after }: Order): RecordedRefund['outcome'] {
  if (before === after) return 'recorded';
  return after === undefined ? 'released' : 'held';
}

function toChange(order: Order, told: OrderRefund, options: RefundOptions): OrderChange | undefined {
  const refunds = mergeRefund(order.refunds, told);
  if (refunds === undefined) return undefined;
  const { refundId, outRefundNo, status, refundFen, transactionId } = told;
  const event = { event: refundTypes[status], refundId, outRefundNo, refundFen, transactionId };
  const effects = mergeEffects(
    toLeft(order, told),
    status === 'SUCCESS' ? (options.successEffects ?? []) : [],
  );
  const requests = toRequestChange(order, told);
  const set = { refunds, effects, ...requests };
  const kept: OrderChange = { set, events: [event], eventKey: options.eventKey };
  if (transactionId !== undefined) return kept;
  const verdict = judgeRefunds(refunds, order.amountFen);
  // Closed, it was paid all the same, and nobody has told of that; of a refund of all of it nothing is left to give back.
  const isUnheard = order.status === 'created' || (order.status === 'closed' && verdict !== 'full');
  if (isUnheard) return { ...kept, set: { ...set, nextQueryAt: told.at } };
  if (order.status !== 'paid') return kept;

  if (verdict === 'full' && order.held !== 'refunded') {
    const left = effects.filter(
      (effect) => isRefundEffect(effect) || options.successEffects?.includes(effect),
    );
    return {
      ...kept,
      set: { ...set, held: 'refunded', effects: left },
      events: [{ ...event, held: 'refunded' }],
    };
  }
  if (verdict !== 'part' || order.held !== 'refund_seen') return kept;
  const isGivenUp = status === 'CLOSED' && requests.refundRequests !== undefined;
  if (isGivenUp || toRefundableFen({ ...order, refunds: [...refunds], ...requests }) === 0) return kept;
  const events: TimeLineEvent[] = [event, { event: 'released', because: 'refunded_in_part' }];
  return {
    ...kept,
    set: { ...set, effects: mergeEffects(effects, options.effects) },
    unset: ['held'],
    events,
  };
}

/** A refund that is final has nothing left to be done. */
function toLeft(order: Order, { outRefundNo, status }: OrderRefund): Effect[] {
  if (status === 'ABNORMAL') return order.effects;
  const ended = toRefundEffectId(order.mchId, order.outTradeNo, outRefundNo);
  return order.effects.filter(({ id }) => id !== ended);
}

/** Whether an effect is a refund to be made: whatever becomes of the order, it is. */
export function isRefundEffect({ job }: Pick<Effect, 'job'>): boolean {
  return job === 'make-refund';
}

function toRequestChange(order: Order, told: OrderRefund): { refundRequests?: OrderRefundRequest[] } {
  const { outRefundNo, refundId, status, at } = told;
  const isThis = (request: OrderRefundRequest): boolean => request.outRefundNo === outRefundNo;
  if (!order.refundRequests.some(isThis)) return {};
  const state = states[status];
  const refundRequests = order.refundRequests.map((request) =>
    isThis(request) ? { ...withoutError(request), state, refundId, waits: 0, stateAt: at } : request,
  );
  return { refundRequests };
}

function withoutError({ errorCode: _errorCode, ...request }: OrderRefundRequest): OrderRefundRequest {
  return request;
}

const states: Readonly<Record<RefundStatus, RefundState>> = {
  SUCCESS: 'succeeded',
  ABNORMAL: 'abnormal',
  CLOSED: 'closed',
};
