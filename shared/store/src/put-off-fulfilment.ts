import { toOrderId } from '@huidiao/contracts';
import { changeAsRead } from './change-as-read.ts';
import type { OrderChange, OrderTable } from './change-order.ts';
import { mergeEffects } from './merge-effects.ts';
import type { Effect, Order } from './order.ts';
import { waitsForRefund } from './refundable.ts';
import type { RenewedEffect } from './renew-effect.ts';

/** When its fulfilment is looked at again; the rest is for one that a dead letter has settled. */
export interface PutOffFulfilment extends RenewedEffect, Pick<Effect, 'requestId' | 'lane'> {}

/**
 * Puts off the fulfilment of an order that waits for a refund: see waitsForRefund. Its effect stays in the order, or comes
 * back to it, in a later round. Of two who put it off to one round the first one does. The time line tells of it once.
 *
 * @returns whether the order waits; false where it was changed meanwhile, so that it is to be read again
 * @throws AppError ORDER_CHANGED_MEANWHILE, STORE_UNAVAILABLE
 */
export async function putOffFulfilment(
  table: OrderTable,
  order: Pick<Order, 'mchId' | 'outTradeNo'>,
  wanted: PutOffFulfilment,
): Promise<boolean> {
  const _id = toOrderId(order.mchId, order.outTradeNo);
  const changed = await changeAsRead(table, 'orders.put-off-fulfilment', _id, (read) =>
    waitsForRefund(read) ? toPutOff(read, wanted) : undefined,
  );
  return changed !== undefined && waitsForRefund(changed.before);
}

function toPutOff({ effects }: Order, wanted: PutOffFulfilment): OrderChange | undefined {
  const { id, round, dueAt, ...cause } = wanted;
  const present = effects.find((effect) => effect.id === id);
  if ((present?.round ?? 0) >= round) return undefined;
  const { dueSince: _ofTheRoundBefore, ...effect } = { ...cause, ...present };
  const others = effects.filter((other) => other !== present);
  return {
    set: { effects: mergeEffects(others, [{ id, job: 'fulfil-order', ...effect, dueAt, round }]) },
    ...(round === 1 && { events: [{ event: 'fulfilment.waits_for_refund' }] }),
  };
}
