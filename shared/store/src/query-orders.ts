import type { OrderStatus } from '@huidiao/contracts';
import { trusted } from 'mongoose';
import { changeOrder, type OrderTable } from './change-order.ts';
import { mapSettled } from './map-settled.ts';
import { oneBatch } from './one-batch.ts';
import type { Order, TimeLineEvent } from './order.ts';
import type { OrderRow } from './order-row.ts';

export interface QueryClaimOptions {
  mchId: string;
  now: Date;
  /** How long nobody else may claim what is claimed here. */
  leaseMs: number;
  /** The most orders to claim. */
  limit: number;
}

export interface QueryResult {
  /** When to ask WeChat again; undefined is never. */
  nextQueryAt: Date | undefined;
  /** What the time line says of it, if anything. */
  event?: TimeLineEvent;
}

/** A closed order is asked about where a refund tells that somebody has paid it: see recordRefund. */
const unpaid: OrderStatus[] = ['created', 'closed'];

/**
 * Claims orders of a merchant that nothing has paid so far and about which WeChat is to be asked, those that have waited
 * longest first, by moving `nextQueryAt` to the end of the lease. The move is guarded by the old time, so that one of any
 * number of claimers gets an order.
 *
 * The index over (mchId, nextQueryAt) gives them in this order and holds only orders that wait for a query.
 * @returns the orders as they are after the claim
 * @throws AppError STORE_UNAVAILABLE when nothing could be claimed because of it
 */
export async function claimOrdersToQuery(table: OrderTable, options: QueryClaimOptions): Promise<Order[]> {
  const { mchId, now, leaseMs, limit } = options;
  const due = { mchId, nextQueryAt: trusted({ $lte: now }), status: trusted({ $in: unpaid }) };
  const rows = await table.run('orders.find-to-query', async () =>
    table.rows.find(due).sort({ nextQueryAt: 1 }).setOptions(oneBatch(limit)).lean<OrderRow[]>(),
  );
  const nextQueryAt = new Date(now.getTime() + leaseMs);
  const claimed = await mapSettled(rows, (row) => {
    const guard = { _id: row._id, status: row.status, nextQueryAt: row.nextQueryAt as Date };
    return table.run('orders.claim-query', () => changeOrder(table, guard, { set: { nextQueryAt } }));
  });
  return claimed.filter((order) => order !== undefined);
}

/**
 * Counts a query that WeChat answered and says when the next one is. `false` when the order is no longer as it was,
 * or when its next query was set anew since it was claimed, by another claimer or by a sweep: that one stands.
 * @param order as it was claimed
 * @throws AppError STORE_UNAVAILABLE
 */
export async function recordQuery(table: OrderTable, order: Order, result: QueryResult): Promise<boolean> {
  const { nextQueryAt, event } = result;
  const guard = {
    _id: order.id,
    status: order.status,
    nextQueryAt: order.nextQueryAt ?? trusted({ $exists: false }),
  };
  const change = {
    ...(nextQueryAt === undefined ? { unset: ['nextQueryAt'] as const } : { set: { nextQueryAt } }),
    inc: { queries: 1 },
    events: event === undefined ? [] : [event],
  };
  const recorded = await table.run('orders.record-query', () => changeOrder(table, guard, change));
  return recorded !== undefined;
}
