import { toOrderId } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { type OrderTable, toTimeLineEntry } from './change-order.ts';
import { insertIfNew } from './insert-if-new.ts';
import type { NewOrder, Order } from './order.ts';
import { type OrderRow, toOrder } from './order-row.ts';

export interface Registration {
  /** `same` and `conflict`: the number was registered before, with the same content or with other content. */
  outcome: 'registered' | 'same' | 'conflict';
  /** The order as it is stored now. */
  order: Order;
}

/**
 * Stores a new order, or tells that the number is taken. Of any number of simultaneous registrations of one
 * number exactly one is `registered`.
 * @throws AppError REQUEST_INVALID for an amount that is not a whole number of fen, STORE_UNAVAILABLE
 */
export async function registerOrder(table: OrderTable, order: NewOrder): Promise<Registration> {
  assertFen(order.amountFen);
  const row = toNewRow(order, table.clock.now());
  return await table.run('orders.register', async () => {
    if (await insertIfNew(table.rows, row)) return { outcome: 'registered', order: toOrder(row) };
    const present = await table.rows.findOne({ _id: row._id }).lean<OrderRow>();
    if (present === null) throw new AppError('ORDER_CHANGED_MEANWHILE', { details: { orderId: row._id } });
    const outcome = present.contentHash === order.contentHash ? 'same' : 'conflict';
    return { outcome, order: toOrder(present) };
  });
}

/** Amounts are whole fen: 0.1 + 0.2 and anything beyond 2^53 would no longer be what was agreed. */
export function assertFen(amountFen: number): void {
  if (Number.isSafeInteger(amountFen) && amountFen > 0) return;
  throw new AppError('REQUEST_INVALID', { message: 'An amount is a positive whole number of fen.' });
}

/** When WeChat is asked for the first time; what follows is the reconciler's to decide. */
const firstQueryAfterMs = 60_000;

/** What may be left out is left out of the row too: the store takes an `undefined` for a null. */
type PresentFields = { [K in keyof NewOrder]: Exclude<NewOrder[K], undefined> };

function toNewRow(order: NewOrder, now: Date): OrderRow {
  const present = Object.entries(order).filter(([, fact]) => fact !== undefined);
  return {
    ...(Object.fromEntries(present) as PresentFields),
    _id: toOrderId(order.mchId, order.outTradeNo),
    status: 'created',
    version: 1,
    prepayTurnUntil: now,
    appliedEvents: [],
    effects: [],
    nextQueryAt: new Date(now.getTime() + firstQueryAfterMs),
    queries: 0,
    timeLine: [toTimeLineEntry({ event: 'created' }, now)],
    createdAt: now,
    updatedAt: now,
  };
}
