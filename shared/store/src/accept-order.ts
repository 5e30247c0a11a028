import { toOrderId } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { changeOrder, type OrderTable } from './change-order.ts';
import { mergeEffects } from './merge-effects.ts';
import type { Effect, Order, TimeLineEvent } from './order.ts';
import { type OrderRow, toOrder } from './order-row.ts';

export interface AcceptOptions {
  /** The shop's answer, 2xx. */
  httpStatus: number;
  /** Nothing is left to deliver, so the order is fulfilled at the same moment. */
  fulfilledToo: boolean;
  /** What has to happen because of it; written by the same update. */
  effects: readonly Effect[];
}

const mostTries = 8;

/**
 * `paid → accepted`, or straight to `fulfilled`, once; settles `effectId` and adds the new effects in the same
 * update. `undefined` when the order is not `paid`: it is so already; or when it is held.
 *
 * MongoDB refuses `$pull` and `$push` on one array in one update, so the whole array is written, guarded by the
 * version it was read at. https://www.mongodb.com/docs/manual/reference/operator/update/#update-operators-1
 * @throws AppError ORDER_CHANGED_MEANWHILE when others change the order all the time, STORE_UNAVAILABLE
 */
export async function acceptOrder(
  table: OrderTable,
  order: { readonly mchId: string; readonly outTradeNo: string },
  effectId: string,
  options: AcceptOptions,
): Promise<Order | undefined> {
  const _id = toOrderId(order.mchId, order.outTradeNo);
  return await table.run('orders.accept', async () => {
    for (let tries = 0; tries < mostTries; tries++) {
      const row = await table.rows.findOne({ _id }).lean<OrderRow>();
      if (row?.status !== 'paid' || row.held !== undefined) return undefined;
      const accepted = await acceptAsRead(table, toOrder(row), effectId, options);
      if (accepted !== undefined) return accepted;
    }
    throw new AppError('ORDER_CHANGED_MEANWHILE', { details: { orderId: _id } });
  });
}

function acceptAsRead(table: OrderTable, order: Order, effectId: string, options: AcceptOptions) {
  const left = order.effects.filter((effect) => effect.id !== effectId);
  const events: TimeLineEvent[] = [{ event: 'accepted', httpStatus: options.httpStatus }];
  if (options.fulfilledToo) events.push({ event: 'fulfilled' });
  return changeOrder(
    table,
    { _id: order.id, status: 'paid', version: order.version },
    {
      set: {
        status: options.fulfilledToo ? 'fulfilled' : 'accepted',
        effects: mergeEffects(left, options.effects),
      },
      events,
    },
  );
}
