import { trusted } from 'mongoose';
import { changeOrder, type OrderTable } from './change-order.ts';
import { mergeEffects } from './merge-effects.ts';
import type { Effect, Order } from './order.ts';

/**
 * Ends the hold of a paid order, once, and adds what follows from its payment in the same update. `undefined` when
 * it is not held (any more): somebody was faster, or it never was.
 * @throws AppError STORE_UNAVAILABLE
 */
export async function releaseOrder(
  table: OrderTable,
  _id: string,
  effects: readonly Effect[],
): Promise<Order | undefined> {
  const guard = { _id, status: 'paid' as const, held: trusted({ $exists: true }) };
  // A held order has no effects, so these are new.
  const change = {
    unset: ['held'] as const,
    pushEffects: mergeEffects([], effects),
    events: [{ event: 'released' }],
  };
  return await table.run('orders.release', () => changeOrder(table, guard, change));
}
