import { toOrderId } from '@huidiao/contracts';
import { changeAsRead } from './change-as-read.ts';
import type { OrderChange, OrderTable } from './change-order.ts';
import { isDelivered } from './judge-shipments.ts';
import { mergeEffects } from './merge-effects.ts';
import type { Effect, Order, TimeLineEvent } from './order.ts';

export interface AcceptOptions {
  /** The shop's answer, 2xx. */
  httpStatus: number;
  /** Nothing is left to deliver, so the order is fulfilled at the same moment. */
  fulfilledToo: boolean;
  /** What has to happen because of it; written by the same update. */
  effects: readonly Effect[];
}

/**
 * `paid → accepted`, or straight to `fulfilled`, once; settles `effectId` and adds the new effects in the same
 * update. `undefined` when the order is not `paid`: it is so already; or when it is held.
 *
 * @throws AppError ORDER_CHANGED_MEANWHILE when others change the order all the time, STORE_UNAVAILABLE
 */
export async function acceptOrder(
  table: OrderTable,
  order: { readonly mchId: string; readonly outTradeNo: string },
  effectId: string,
  options: AcceptOptions,
): Promise<Order | undefined> {
  const _id = toOrderId(order.mchId, order.outTradeNo);
  const changed = await changeAsRead(table, 'orders.accept', _id, (read) =>
    read.status !== 'paid' || read.held !== undefined ? undefined : toAccepted(read, effectId, options),
  );
  return changed?.after;
}

function toAccepted(order: Order, effectId: string, options: AcceptOptions): OrderChange {
  // What was shipped before the shop answered leaves nothing to deliver either.
  const fulfilledToo = options.fulfilledToo || isDelivered(order);
  const left = order.effects.filter((effect) => effect.id !== effectId);
  const events: TimeLineEvent[] = [{ event: 'accepted', httpStatus: options.httpStatus }];
  if (fulfilledToo) events.push({ event: 'fulfilled' });
  return {
    set: {
      status: fulfilledToo ? 'fulfilled' : 'accepted',
      effects: mergeEffects(left, options.effects),
    },
    events,
  };
}
