import { changeOrder, type OrderTable } from './change-order.ts';
import type { Order, TimeLineEvent } from './order.ts';

/**
 * `created → closed`, by status and version.
 *
 * @returns the order then; undefined when someone was faster or it is not `created`
 * @throws AppError STORE_UNAVAILABLE
 */
export async function closeOrder(
  table: OrderTable,
  from: Order,
  facts?: Omit<TimeLineEvent, 'event'>,
): Promise<Order | undefined> {
  const guard = { _id: from.id, status: 'created' as const, version: from.version };
  const change = {
    set: { status: 'closed' },
    // Nothing is prepaid any more: see recordPrepay.
    unset: ['nextQueryAt', 'prepayOptions.scene_info'] as const,
    events: [{ ...facts, event: 'closed' }],
  };
  return await table.run('orders.close', () => changeOrder(table, guard, change));
}
