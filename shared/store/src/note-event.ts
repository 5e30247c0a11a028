import { trusted } from 'mongoose';
import { changeAsRead } from './change-as-read.ts';
import { changeOrder, type OrderTable } from './change-order.ts';
import { mergeEffects } from './merge-effects.ts';
import type { Effect, TimeLineEvent } from './order.ts';

/** Something to be told of an order once. */
export interface Note {
  /** Of the callback that told it. */
  readonly eventKey: string;
  readonly entry: TimeLineEvent;
  readonly effects: readonly Effect[];
}

/**
 * Writes a time line entry about a callback, once per key, and what has to happen because of it in the same update.
 *
 * @returns false when it was noted or applied before
 * @throws AppError STORE_UNAVAILABLE; ORDER_CHANGED_MEANWHILE where there are effects
 */
export async function noteEvent(
  table: OrderTable,
  _id: string,
  { eventKey, entry, effects }: Note,
): Promise<boolean> {
  const guard = { _id, appliedEvents: trusted({ $ne: eventKey }) };
  const change = { events: [entry], eventKey };
  if (effects.length === 0) {
    const noted = await table.run('orders.note-event', () => changeOrder(table, guard, change));
    return noted !== undefined;
  }
  const changed = await changeAsRead(table, 'orders.note-event', _id, (order) =>
    order.appliedEvents.includes(eventKey)
      ? undefined
      : { ...change, set: { effects: mergeEffects(order.effects, effects) } },
  );
  return changed?.after !== undefined;
}
