import { addEffectJobs, currentShipments, type Order } from '@huidiao/store';
import type { Applied, EventDeps, ToldEvent } from '../events/applied.ts';

type Moved = ToldEvent<'parcel.moved'>;

/** ActionType 派送阶段-签收成功, of the event add_express_path. */
const signedFor = '300003';

/**
 * Keeps in its order that a parcel was signed for, where the OrderId that was given to the logistics assistant (物流助手)
 * is the out_trade_no and the waybill is one of the order's; and has the buyer reminded of the receipt where the app
 * wants it. Of an order with several parcels only the shop knows which one was the last.
 */
export async function applyParcel(deps: EventDeps, told: Moved): Promise<Applied> {
  const { event, callbackKey: eventKey, requestId, lane } = told;
  const signed = event.actions.findLast(({ actionType }) => actionType === signedFor);
  if (signed === undefined || event.orderId === undefined) return { outcome: 'noted' };
  const order = await findOrder(deps, event);
  if (order === undefined) return { outcome: 'unknown_order' };
  const { mchId, outTradeNo } = order;
  const isOnly = currentShipments(order).flatMap(({ items }) => items).length === 1;
  const isWanted = deps.directory.apps.get(event.appId)?.shipping.remindReceipt === true;
  const recorded = await deps.store.orders.recordSigned(order, {
    signedAt: new Date(signed.occurredAt ?? event.occurredAt),
    trackingNo: event.waybillId,
    eventKey,
    ...(isOnly && isWanted && { reminder: { dueAt: deps.clock.now(), requestId, lane } }),
  });
  const effects = recorded?.effect === undefined ? [] : [recorded.effect];
  await addEffectJobs(deps.producer, order, effects, deps.logger);
  return { outcome: 'recorded', mchId, outTradeNo };
}

async function findOrder(
  { store, directory }: EventDeps,
  { appId, orderId = '', waybillId }: Moved['event'],
): Promise<Order | undefined> {
  const ofApp = [...directory.merchants.values()].filter(({ appIds }) => appIds.includes(appId));
  for (const { mchId } of ofApp) {
    const order = await store.orders.find(mchId, orderId);
    const items = order?.appId === appId ? currentShipments(order).flatMap((shipment) => shipment.items) : [];
    if (items.some(({ trackingNo }) => trackingNo === waybillId)) return order;
  }
  return undefined;
}
