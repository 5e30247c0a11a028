import { trusted } from 'mongoose';
import { changeOrder, type OrderTable } from './change-order.ts';
import { mapSettled } from './map-settled.ts';
import type { Effect, Order } from './order.ts';
import type { OrderRow } from './order-row.ts';

export interface DueEffect {
  order: Order;
  /** As it is after the claim: `dueAt` is the end of the lease. */
  effect: Effect;
}

export interface ClaimOptions {
  now: Date;
  /** How long nobody else may claim what is claimed here; longer for effects that have waited long. */
  leaseMs: number;
  /** The most effects to claim. */
  limit: number;
}

/**
 * Claims effects whose time has come, about the oldest first, by moving their `dueAt` to the end of the lease.
 * The move is guarded by the old `dueAt`, so that of any number of claimers one gets an effect.
 * @throws AppError STORE_UNAVAILABLE when nothing could be claimed because of it
 */
export async function claimDueEffects(table: OrderTable, options: ClaimOptions): Promise<DueEffect[]> {
  const { now, limit } = options;
  const rows = await table.run('orders.find-due', () => findDue(table, now, limit));
  const due = rows.flatMap((row) =>
    row.effects.filter(({ dueAt }) => dueAt <= now).map((effect) => ({ row, effect })),
  );
  const claimed = await mapSettled(due.slice(0, limit), ({ row, effect }) =>
    claim(table, row._id, effect, toLease(effect, now, options.leaseMs)),
  );
  return claimed.filter((effect) => effect !== undefined);
}

/**
 * Not sorted: the index over `effects.dueAt` is read in its order anyway, whereas MongoDB sorts by a field of an
 * array in memory, after reading every due effect there is.
 * https://www.mongodb.com/docs/manual/reference/method/cursor.sort/#sort-by-an-array-field
 */
async function findDue(table: OrderTable, now: Date, limit: number): Promise<OrderRow[]> {
  const due = { 'effects.dueAt': trusted({ $lte: now }) };
  return await table.rows.find(due).limit(limit).lean<OrderRow[]>();
}

const longestLeaseMs = 60 * 60 * 1_000;

/**
 * A quarter of the time that the effect has waited since it was first due, if that is longer than `leaseMs`, and at most
 * an hour: the effects of a shop that is down for a day must not be rewritten each minute, and keep others waiting.
 */
function toLease({ dueAt, dueSince = dueAt }: Effect, now: Date, leaseMs: number) {
  const waitedMs = now.getTime() - dueSince.getTime();
  const lengthMs = Math.max(leaseMs, Math.min(waitedMs / 4, longestLeaseMs));
  return { dueAt: new Date(now.getTime() + lengthMs), dueSince };
}

async function claim(table: OrderTable, _id: string, effect: Effect, lease: ReturnType<typeof toLease>) {
  const { id, dueAt, round = { $exists: false } } = effect;
  const guard = { _id, effects: trusted({ $elemMatch: { id, dueAt, round } }) };
  const claimed = { ...effect, ...lease };
  const order = await table.run('orders.claim-effect', () =>
    changeOrder(table, guard, { set: { 'effects.$': claimed } }),
  );
  return order === undefined ? undefined : { order, effect: claimed };
}
