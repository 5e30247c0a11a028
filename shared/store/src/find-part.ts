import { trusted } from 'mongoose';
import type { OrderTable } from './change-order.ts';
import type { Order } from './order.ts';
import { type OrderRow, toOrder } from './order-row.ts';

/**
 * The part of somebody's combined order (合单) whose money went to this merchant. What becomes of its refunds is told to the
 * merchant that was paid, and the order is of the one that made the whole.
 * @throws AppError STORE_UNAVAILABLE
 */
export async function findPart(
  table: OrderTable,
  paidMchId: string,
  outTradeNo: string,
): Promise<Order | undefined> {
  const named = { subMchId: paidMchId, outTradeNo, combineOutTradeNo: trusted({ $exists: true }) };
  const row = await table.run('orders.find-part', async () => table.rows.findOne(named).lean<OrderRow>());
  return row === null ? undefined : toOrder(row);
}
