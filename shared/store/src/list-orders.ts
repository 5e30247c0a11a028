import type { OrderStatus } from '@huidiao/contracts';
import { type QueryFilter, trusted } from 'mongoose';
import type { OrderTable } from './change-order.ts';
import { oneBatch } from './one-batch.ts';
import type { HoldReason, Order } from './order.ts';
import { type OrderRow, toOrder } from './order-row.ts';
import { parseCursor, type TimePlace, toCursor } from './time-place.ts';

/** All that is given must be so. */
export interface OrderListOptions {
  readonly mchId: string;
  readonly status?: OrderStatus | undefined;
  readonly held?: HoldReason | undefined;
  /** Registered then or later. */
  readonly since?: Date | undefined;
  /** Registered then or earlier. */
  readonly until?: Date | undefined;
  /** The most to give. */
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string | undefined;
}

export interface OrderPage {
  /** The newest first. */
  readonly orders: readonly Order[];
  /** Where the next page begins; undefined when this one is the last. */
  readonly next: string | undefined;
}

/**
 * A page of a merchant's orders, in the order of an index. The place of a page is that of its last order, so that new
 * orders move nothing.
 * @throws AppError REQUEST_INVALID for an `after` that is no page's `next`, STORE_UNAVAILABLE
 */
export async function listOrders(table: OrderTable, options: OrderListOptions): Promise<OrderPage> {
  let place = options.after === undefined ? undefined : parseCursor(options.after);
  return await table.run('orders.list', async () => {
    const rows: OrderRow[] = [];
    while (rows.length <= options.limit) {
      const batch = await readAfter(table, options, place, options.limit + 1 - rows.length);
      const last = batch.at(-1);
      if (last === undefined) break;
      rows.push(...batch);
      place = { at: last.createdAt, id: last._id };
    }
    return toPage(rows, options.limit);
  });
}

/** One row more than a page holds was asked for: whether there is a next page. */
function toPage(rows: readonly OrderRow[], limit: number): OrderPage {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const next =
    rows.length > limit && last !== undefined ? toCursor({ at: last.createdAt, id: last._id }) : undefined;
  return { orders: shown.map(toOrder), next };
}

/**
 * The rows that come after a place, some of them at least: those of the same millisecond, if there are any, or else
 * older ones. The rows come in order, so the first that is too old ends them.
 */
async function readAfter(
  { rows }: OrderTable,
  { mchId, status, held, since, until }: OrderListOptions,
  place: TimePlace | undefined,
  limit: number,
): Promise<OrderRow[]> {
  const known = { mchId, ...(status !== undefined && { status }), ...(held !== undefined && { held }) };
  if (place !== undefined) {
    const others = await read({ createdAt: place.at, _id: trusted({ $lte: place.id, $ne: place.id }) });
    if (others.length > 0) return others;
  }
  const latest = place === undefined ? until : new Date(place.at.getTime() - 1);
  const found = await read(latest === undefined ? {} : { createdAt: trusted({ $lte: latest }) });
  return since === undefined ? found : found.filter(({ createdAt }) => createdAt >= since);

  async function read(bounds: QueryFilter<OrderRow>) {
    return await rows
      .find({ ...known, ...bounds })
      .sort({ createdAt: -1, _id: -1 })
      .setOptions(oneBatch(limit))
      .lean<OrderRow[]>();
  }
}
