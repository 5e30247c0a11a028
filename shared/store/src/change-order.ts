import type { Clock } from '@huidiao/contracts';
import type { Model, QueryFilter, UpdateQuery } from 'mongoose';
import type { StoreConnection } from './connection.ts';
import type { Effect, Fact, Order, TimeLineEntry, TimeLineEvent } from './order.ts';
import { type OrderRow, toOrder } from './order-row.ts';

/** What the functions on orders work with. */
export interface OrderTable {
  readonly rows: Model<OrderRow>;
  readonly run: StoreConnection['run'];
  readonly clock: Clock;
  /** For tests: how changeAsRead waits its turn. */
  readonly waits?: { readonly pause: (ms: number) => Promise<unknown>; readonly random: () => number };
}

/** One change of an order. Whatever it is, it counts as a version and may be told in the time line. */
export interface OrderChange {
  set?: Record<string, unknown>;
  unset?: readonly (keyof OrderRow | 'payment.openId' | 'prepayOptions.scene_info')[];
  /** Times that only move on: of two updates the later time stays, whichever comes first. */
  max?: Readonly<Record<string, Date>>;
  inc?: Readonly<Record<string, number>>;
  /** Id of the effect that is settled by this change. */
  pullEffect?: string;
  /** Effects that are new for certain; not together with `pullEffect`, which MongoDB refuses. */
  pushEffects?: readonly Effect[];
  events?: readonly TimeLineEvent[];
  /** Key of the callback that this change applies or notes. */
  eventKey?: string;
}

const longestTimeLine = 200;
/**
 * WeChat sends a fact again for 24 hours at most, in which no order has 100 others. What a person adds again after that
 * many is guarded once more by the order's state; a fact that only notes something would be in the time line twice.
 */
const mostAppliedEvents = 100;

/**
 * Changes the order that `guard` describes, in one update, and gives it as it is then; `undefined` when no order
 * is so (any more). The guard names the `_id` and what must still be true; the caller re-reads and decides.
 * @throws AppError STORE_UNAVAILABLE, or the driver's duplicate key error
 */
export async function changeOrder(
  table: OrderTable,
  guard: QueryFilter<OrderRow>,
  change: OrderChange,
): Promise<Order | undefined> {
  const update = toUpdate(change, table.clock.now());
  const row = await table.rows.findOneAndUpdate(guard, update, { returnDocument: 'after' }).lean<OrderRow>();
  return row === null ? undefined : toOrder(row);
}

function toUpdate(change: OrderChange, now: Date): UpdateQuery<OrderRow> {
  const entries = (change.events ?? []).map((event) => toTimeLineEntry(event, now));
  const keys = change.eventKey === undefined ? [] : [change.eventKey];
  const effects = change.pushEffects ?? [];
  const unset = Object.fromEntries((change.unset ?? []).map((field) => [field, 1]));
  const push = {
    ...(effects.length > 0 && { effects: { $each: effects } }),
    ...(entries.length > 0 && { timeLine: { $each: entries, $slice: -longestTimeLine } }),
    ...(keys.length > 0 && { appliedEvents: { $each: keys, $slice: -mostAppliedEvents } }),
  };
  return {
    $set: { ...change.set, updatedAt: now },
    $inc: { ...change.inc, version: 1 },
    ...(change.max !== undefined && { $max: change.max }),
    ...(Object.keys(unset).length > 0 && { $unset: unset }),
    ...(Object.keys(push).length > 0 && { $push: push }),
    ...(change.pullEffect !== undefined && { $pull: { effects: { id: change.pullEffect } } }),
  };
}

/** An event with its time, without the facts that are undefined. */
export function toTimeLineEntry(event: TimeLineEvent, at: Date): TimeLineEntry {
  const known = Object.entries(event).filter((fact): fact is [string, Fact] => fact[1] !== undefined);
  return { ...Object.fromEntries(known), at, event: event.event };
}
