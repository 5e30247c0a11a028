import { type RefundState, toOrderId, toRefundEffectId } from '@huidiao/contracts';
import { changeAsRead } from './change-as-read.ts';
import type { OrderChange, OrderTable } from './change-order.ts';
import { mergeEffects } from './merge-effects.ts';
import type { Effect, Order, TimeLineEvent } from './order.ts';
import type { OrderRefundRequest } from './refund-request.ts';

/** Which refund of which order. */
export interface NamedRefund {
  readonly mchId: string;
  readonly outTradeNo: string;
  readonly outRefundNo: string;
}

/** How a refund that was asked for here goes on. */
export interface RefundMove {
  /** Only from these; from any other state nothing is changed. */
  readonly from: readonly RefundState[];
  readonly to: RefundState;
  readonly refundId?: string;
  readonly errorCode?: string;
  /** How often it was put off in that state; default none. */
  readonly waits?: number;
  /** `settled`: nothing is left to do. `kept`: as it is. Else when its job runs again. */
  readonly effect: 'settled' | 'kept' | NextRun;
  readonly event?: TimeLineEvent;
}

/** When the job of a refund runs again; the rest is for an effect that a dead letter has settled. */
export interface NextRun extends Pick<Effect, 'requestId' | 'lane'> {
  readonly dueAt: Date;
}

/**
 * Moves a refund on and, in the same update, its effect to a later round, or out of the order; one that a dead letter has
 * settled comes back where the refund goes on.
 * @returns the order as it is then; undefined when there is no such refund, or it is in another state: it was moved on
 * by somebody else
 * @throws AppError ORDER_CHANGED_MEANWHILE, STORE_UNAVAILABLE
 */
export async function moveRefund(
  table: OrderTable,
  named: NamedRefund,
  move: RefundMove,
): Promise<Order | undefined> {
  const _id = toOrderId(named.mchId, named.outTradeNo);
  const now = table.clock.now();
  const changed = await changeAsRead(table, 'orders.move-refund', _id, (order) => {
    const request = findRequest(order, named.outRefundNo);
    if (request === undefined || !move.from.includes(request.state)) return undefined;
    return toMoved(order, request, move, now);
  });
  return changed?.after;
}

/** What was asked for under a number. */
export function findRequest(order: Order, outRefundNo: string): OrderRefundRequest | undefined {
  return order.refundRequests.find((request) => request.outRefundNo === outRefundNo);
}

function toMoved(order: Order, request: OrderRefundRequest, move: RefundMove, now: Date): OrderChange {
  const { errorCode: _before, ...rest } = request;
  const { refundId = request.refundId, errorCode } = move;
  const rounds = request.rounds + (typeof move.effect === 'object' ? 1 : 0);
  const moved: OrderRefundRequest = {
    ...rest,
    state: move.to,
    ...(refundId !== undefined && { refundId }),
    ...(errorCode !== undefined && { errorCode }),
    waits: move.waits ?? 0,
    rounds,
    stateAt: move.to === request.state ? request.stateAt : now,
  };
  return {
    set: {
      refundRequests: withRequest(order, moved),
      effects: toEffects(order, request.outRefundNo, rounds, move.effect),
    },
    ...(move.event !== undefined && { events: [move.event] }),
  };
}

/** The requests of an order with one of them replaced. */
export function withRequest(order: Order, changed: OrderRefundRequest): OrderRefundRequest[] {
  return order.refundRequests.map((request) =>
    request.outRefundNo === changed.outRefundNo ? changed : request,
  );
}

function toEffects(order: Order, outRefundNo: string, round: number, next: RefundMove['effect']): Effect[] {
  if (next === 'kept') return order.effects;
  const id = toRefundEffectId(order.mchId, order.outTradeNo, outRefundNo);
  const present = order.effects.find((effect) => effect.id === id);
  const others = order.effects.filter((effect) => effect !== present);
  if (next === 'settled') return others;
  const { dueAt, ...cause } = next;
  const { dueSince: _ofTheRoundBefore, ...effect } = { ...cause, ...present };
  return mergeEffects(others, [{ id, job: 'make-refund', ...effect, dueAt, round }]);
}
