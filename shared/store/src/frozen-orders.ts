import { trusted } from 'mongoose';
import { changeOrder, type OrderTable } from './change-order.ts';
import { oneBatch } from './one-batch.ts';
import type { Order } from './order.ts';
import { type OrderRow, toOrder } from './order-row.ts';

export interface FrozenQuery {
  readonly appId: string;
  /** Paid then or earlier. */
  readonly paidUntil: Date;
  /** The most orders to give. */
  readonly limit: number;
}

/**
 * Paid orders of an app of which WeChat's order management was told no whole shipment, those paid first at the
 * beginning. Where the app is managed their money is frozen.
 * https://developers.weixin.qq.com/miniprogram/dev/platform-capabilities/business-capabilities/order-shipping/order-shipping.html
 *
 * The index over (appId, frozenSince) gives them in this order and holds no other orders.
 * @throws AppError STORE_UNAVAILABLE
 */
export async function listFrozenOrders(table: OrderTable, query: FrozenQuery): Promise<Order[]> {
  const { appId, paidUntil, limit } = query;
  const frozen = { appId, frozenSince: trusted({ $lte: paidUntil }) };
  const rows = await table.run('orders.find-frozen', async () =>
    table.rows.find(frozen).sort({ frozenSince: 1 }).setOptions(oneBatch(limit)).lean<OrderRow[]>(),
  );
  return rows.map(toOrder);
}

export interface FrozenToTellQuery extends FrozenQuery {
  /** Told of then or earlier, where they were told of before. */
  readonly toldUntil: Date;
}

/**
 * Of the same orders those that people should be told of now: those that they were never told of first, so that however
 * many were told of before hide none.
 * @throws AppError STORE_UNAVAILABLE
 */
export async function listFrozenToTell(table: OrderTable, query: FrozenToTellQuery): Promise<Order[]> {
  const { appId, paidUntil, toldUntil, limit } = query;
  const frozen = { appId, frozenSince: trusted({ $lte: paidUntil }) };
  const told = [trusted({ $exists: false }), trusted({ $lte: toldUntil })];
  const rows = await table.run('orders.find-frozen-to-tell', async () => {
    const found: OrderRow[] = [];
    for (const frozenAlarmedAt of told) {
      const wanted = limit - found.length;
      if (wanted === 0) break;
      const rest = table.rows.find({ ...frozen, frozenAlarmedAt }).sort({ frozenSince: 1 });
      found.push(...(await rest.setOptions(oneBatch(wanted)).lean<OrderRow[]>()));
    }
    return found;
  });
  return rows.map(toOrder);
}

/**
 * Notes that people are told now of an order's frozen money.
 * @returns false when another process tells them, or nothing is frozen any more
 * @throws AppError STORE_UNAVAILABLE
 */
export async function noteFrozenAlarm(table: OrderTable, { id, frozenAlarmedAt }: Order): Promise<boolean> {
  const guard = {
    _id: id,
    frozenSince: trusted({ $exists: true }),
    frozenAlarmedAt: frozenAlarmedAt ?? trusted({ $exists: false }),
  };
  const noted = await table.run('orders.note-frozen', () =>
    changeOrder(table, guard, { set: { frozenAlarmedAt: table.clock.now() } }),
  );
  return noted !== undefined;
}

/**
 * No money of the order is frozen for want of a shipment: its app is not managed, or all of it was given back.
 * @throws AppError STORE_UNAVAILABLE
 */
export async function clearFrozen(table: OrderTable, { id }: Order): Promise<void> {
  const guard = { _id: id, frozenSince: trusted({ $exists: true }) };
  await table.run('orders.clear-frozen', () =>
    changeOrder(table, guard, { unset: ['frozenSince', 'frozenAlarmedAt'] }),
  );
}
