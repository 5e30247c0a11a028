import { trusted } from 'mongoose';
import { changeOrder, type OrderTable } from './change-order.ts';
import { mapSettled } from './map-settled.ts';
import { oneBatch } from './one-batch.ts';
import type { Effect } from './order.ts';
import type { OrderRow } from './order-row.ts';

/**
 * Sweeps bring back what a lost Redis took with it. Each order is touched once per epoch of Redis: it is marked with
 * the epoch by the update that touches it, so a sweep may end anywhere and go on in another process, and any number
 * may sweep at once. Orders are found by an index over the mark that holds open orders only; asked for in the order
 * of the mark, for that leaves MongoDB no other index to choose.
 */
export interface SweepOptions {
  /** Names the Redis that is there now. */
  epoch: string;
  now: Date;
  /** The most orders to touch. */
  limit: number;
}

/** Longer than an effect is left to the job that was added along with it. */
const madeJustNowMs = 15_000;

/**
 * Makes the effects of up to `limit` orders due now, in the bulk lane. Effects that would come due within seconds
 * stay in their lane: most of them were made after Redis came back, and their job is in that lane.
 * @returns how many orders were left to sweep, at most `limit`; 0 when none is left
 * @throws AppError STORE_UNAVAILABLE when nothing could be swept because of it
 */
export async function sweepEffects(table: OrderTable, options: SweepOptions): Promise<number> {
  const { epoch, now, limit } = options;
  const unswept = {
    'effects.dueAt': trusted({ $exists: true }),
    effectsSweptFor: trusted({ $ne: epoch }),
  };
  const rows = await table.run('orders.find-unswept-effects', async () =>
    table.rows.find(unswept).sort({ effectsSweptFor: 1 }).setOptions(oneBatch(limit)).lean<OrderRow[]>(),
  );
  await mapSettled(rows, ({ _id, version, effects }) => {
    const set = { effectsSweptFor: epoch, effects: effects.map((effect) => toSwept(effect, now)) };
    return table.run('orders.sweep-effects', () => changeOrder(table, { _id, version }, { set }));
  });
  return rows.length;
}

/** As if it had never been added before: what Redis has lost it has not had for long. */
function toSwept({ dueSince: _beforeTheLoss, ...effect }: Effect, now: Date): Effect {
  const waitMs = effect.dueAt.getTime() - now.getTime();
  if (waitMs <= 0) return { ...effect, lane: 'bulk' };
  return { ...effect, dueAt: now, ...(waitMs > madeJustNowMs && { lane: 'bulk' }) };
}

/**
 * Makes up to `limit` created orders due for a query at WeChat now, those that were given up too: a callback that
 * told of their payment may have been lost with Redis.
 * @returns how many orders were left to sweep, at most `limit`; 0 when none is left
 * @throws AppError STORE_UNAVAILABLE when nothing could be swept because of it
 */
export async function sweepOpenOrders(table: OrderTable, options: SweepOptions): Promise<number> {
  const { epoch, now, limit } = options;
  const unswept = { status: 'created' as const, querySweptFor: trusted({ $ne: epoch }) };
  const rows = await table.run('orders.find-unswept-open', async () =>
    table.rows.find(unswept).sort({ querySweptFor: 1 }).setOptions(oneBatch(limit)).lean<OrderRow[]>(),
  );
  await mapSettled(rows, ({ _id }) => {
    const set = { querySweptFor: epoch, nextQueryAt: now };
    return table.run('orders.sweep-open', () => changeOrder(table, { ...unswept, _id }, { set }));
  });
  return rows.length;
}
