import { AppError } from '@huidiao/errors';
import { changeOrder, type OrderChange, type OrderTable } from './change-order.ts';
import type { Order } from './order.ts';
import { type OrderRow, toOrder } from './order-row.ts';

/** What was read, and the order as it is then; `after` is absent where nothing was to be changed. */
export interface ChangedOrder {
  readonly before: Order;
  readonly after: Order | undefined;
}

/** As many as may want to change one order at once: of so many refunds that are asked for in parallel each gets its answer. */
const mostTries = 32;

/**
 * Changes an order by what it is: reads it, and writes what `decide` makes of it, guarded by the version that was read;
 * once more, from the reading on, when somebody was faster. For changes that one update cannot express, above all
 * to the effects: MongoDB refuses `$pull` and `$push` on one array in one update.
 * https://www.mongodb.com/docs/manual/reference/operator/update/#update-operators-1
 *
 * @param decide pure; undefined where nothing is to be changed
 * @returns undefined when there is no such order
 * @throws AppError ORDER_CHANGED_MEANWHILE when others change the order all the time, STORE_UNAVAILABLE
 */
export async function changeAsRead(
  table: OrderTable,
  operation: string,
  _id: string,
  decide: (order: Order) => OrderChange | undefined,
): Promise<ChangedOrder | undefined> {
  return await table.run(operation, async () => {
    for (let tries = 0; tries < mostTries; tries++) {
      const row = await table.rows.findOne({ _id }).lean<OrderRow>();
      if (row === null) return undefined;
      const before = toOrder(row);
      const change = decide(before);
      if (change === undefined) return { before, after: undefined };
      const after = await changeOrder(table, { _id, version: before.version }, change);
      if (after !== undefined) return { before, after };
    }
    throw new AppError('ORDER_CHANGED_MEANWHILE', { details: { orderId: _id } });
  });
}
