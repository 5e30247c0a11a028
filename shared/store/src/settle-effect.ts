import { changeAsRead } from './change-as-read.ts';
import { changeOrder, type OrderTable } from './change-order.ts';
import { mergeEffects } from './merge-effects.ts';
import type { Effect, TimeLineEvent } from './order.ts';

/** What came of an effect. */
export interface EffectResult {
  readonly effectId: string;
  readonly entry: TimeLineEvent;
  /** What has to happen because of it. */
  readonly effects: readonly Effect[];
}

/**
 * Takes an effect out of the order, tells its result, and adds what has to happen because of it, in one update.
 *
 * @returns false when it was settled before
 * @throws AppError STORE_UNAVAILABLE; ORDER_CHANGED_MEANWHILE where there are effects
 */
export async function settleEffect(
  table: OrderTable,
  _id: string,
  { effectId, entry, effects }: EffectResult,
): Promise<boolean> {
  const guard = { _id, 'effects.id': effectId };
  if (effects.length === 0) {
    const settled = await table.run('orders.settle-effect', () =>
      changeOrder(table, guard, { pullEffect: effectId, events: [entry] }),
    );
    return settled !== undefined;
  }
  const changed = await changeAsRead(table, 'orders.settle-effect', _id, (order) => {
    const left = order.effects.filter(({ id }) => id !== effectId);
    if (left.length === order.effects.length) return undefined;
    return { set: { effects: mergeEffects(left, effects) }, events: [entry] };
  });
  return changed?.after !== undefined;
}
