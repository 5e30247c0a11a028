import { changeOrder, type OrderTable } from './change-order.ts';
import { mergeEffects } from './merge-effects.ts';
import type { Effect, Order } from './order.ts';

/**
 * Ends the hold of a paid order, once, and adds what follows from its payment in the same update. `undefined` when
 * it is not held, or somebody was faster, whatever they did: what was given back in the meantime is not delivered.
 * @throws AppError STORE_UNAVAILABLE
 */
export async function releaseOrder(
  table: OrderTable,
  from: Order,
  effects: readonly Effect[],
): Promise<Order | undefined> {
  if (from.held === undefined) return undefined;
  const guard = { _id: from.id, status: 'paid' as const, version: from.version };
  const change = {
    set: { effects: mergeEffects(from.effects, effects) },
    unset: ['held'] as const,
    events: [{ event: 'released' }],
  };
  return await table.run('orders.release', () => changeOrder(table, guard, change));
}
