import { toOrderId } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { trusted } from 'mongoose';
import { changeOrder, type OrderTable } from './change-order.ts';
import type { Order } from './order.ts';

/**
 * Whether the caller may now ask WeChat for a prepay_id, alone until the lease is over. `false` when someone else
 * is asking, or when the order is no longer as the caller read it: re-read it then.
 * @throws AppError STORE_UNAVAILABLE
 */
export async function takePrepayTurn(table: OrderTable, order: Order, leaseMs: number): Promise<boolean> {
  const now = table.clock.now();
  const guard = {
    _id: order.id,
    status: 'created' as const,
    version: order.version,
    prepayTurnUntil: trusted({ $lte: now }),
  };
  const set = { prepayTurnUntil: new Date(now.getTime() + leaseMs) };
  const changed = await table.run('orders.take-prepay-turn', () => changeOrder(table, guard, { set }));
  return changed !== undefined;
}

/** A prepay_id that WeChat Pay gave. */
export interface Prepaid {
  readonly prepayId: string;
  readonly expiresAt: Date;
  /** The order ends before it does: no other will be asked for. */
  readonly isLast?: boolean;
}

/**
 * Keeps the prepay_id and ends the turn. With the last one the scene goes: it holds the address that the buyer's device
 * had, and is good for prepaying only.
 * @throws AppError ORDER_NOT_FOUND, STORE_UNAVAILABLE
 */
export async function recordPrepay(
  table: OrderTable,
  order: { readonly mchId: string; readonly outTradeNo: string },
  { prepayId, expiresAt, isLast = false }: Prepaid,
): Promise<Order> {
  const set = { prepayId, prepayIdExpiresAt: expiresAt, prepayTurnUntil: table.clock.now() };
  const unset = isLast ? (['prepayOptions.scene_info'] as const) : [];
  const change = { set, unset, events: [{ event: 'prepaid' }] };
  const guard = { _id: toOrderId(order.mchId, order.outTradeNo) };
  const changed = await table.run('orders.record-prepay', () => changeOrder(table, guard, change));
  if (changed === undefined) throw new AppError('ORDER_NOT_FOUND', { details: { orderId: guard._id } });
  return changed;
}

/**
 * Ends a turn without a prepay_id, so that nobody waits for its lease.
 * @throws AppError STORE_UNAVAILABLE
 */
export async function endPrepayTurn(table: OrderTable, { id }: Pick<Order, 'id'>): Promise<void> {
  const set = { prepayTurnUntil: table.clock.now() };
  await table.run('orders.end-prepay-turn', () =>
    changeOrder(table, { _id: id, status: 'created' as const }, { set }),
  );
}
