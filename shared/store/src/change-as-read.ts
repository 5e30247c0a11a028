import { setTimeout as pause } from 'node:timers/promises';
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
 * How long who lost the race for an order waits at most before reading it again. Of many that want one order each round
 * lets one through, so that without a pause all of them together read as often as the square of their number.
 *
 * | lost | 1–2 times | 3 | 4 | 5 | … | 8 and more |
 * |---|---|---|---|---|---|---|
 * | pause | none | 0–8 ms | 0–16 ms | 0–32 ms | | 0–256 ms |
 */
const freeLosses = 2;
const basePauseMs = 8;
const longestPauseMs = 256;

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
  const { waits = { pause, random: Math.random } } = table;
  return await table.run(operation, async () => {
    for (let losses = 0; losses < mostTries; losses++) {
      const pauseMs = toPauseMs(losses, waits.random);
      if (pauseMs > 0) await waits.pause(pauseMs);
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

function toPauseMs(losses: number, random: () => number): number {
  if (losses <= freeLosses) return 0;
  const longestMs = Math.min(longestPauseMs, basePauseMs * 2 ** (losses - freeLosses - 1));
  return Math.round(random() * longestMs);
}
