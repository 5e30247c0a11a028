import { toOrderId } from '@huidiao/contracts';
import type { OrderTable } from './change-order.ts';
import type { Order } from './order.ts';
import { type OrderRow, toOrder } from './order-row.ts';

/** @throws AppError STORE_UNAVAILABLE */
export async function findOrder(
  table: OrderTable,
  mchId: string,
  outTradeNo: string,
): Promise<Order | undefined> {
  const _id = toOrderId(mchId, outTradeNo);
  const row = await table.run('orders.find', async () => table.rows.findOne({ _id }).lean<OrderRow>());
  return row === null ? undefined : toOrder(row);
}

/** The order that a transaction has paid. @throws AppError STORE_UNAVAILABLE */
export async function findByTransaction(
  table: OrderTable,
  mchId: string,
  transactionId: string,
): Promise<Order | undefined> {
  const row = await table.run('orders.find-by-transaction', async () =>
    table.rows.findOne({ mchId, transactionId }).lean<OrderRow>(),
  );
  return row === null ? undefined : toOrder(row);
}
