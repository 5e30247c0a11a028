import { mostParcels, type ShipmentState } from '@huidiao/contracts';
import { judgeRefunds } from './judge-refunds.ts';
import type { Order } from './order.ts';
import type { NewShipment, OrderShipment } from './shipment.ts';

/** Why a shipment cannot be added to an order. */
export type ShipmentRefusal =
  | 'not_paid'
  | 'held'
  | 'refunded'
  | 'shipped_already'
  | 'replaced_already'
  | 'nothing_to_replace'
  | 'mode_differs'
  | 'too_many_parcels';

type Shipped = Pick<Order, 'shipments'>;

/** What counts: of the shipments that were not refused those since the last that took the place of others. */
export function currentShipments({ shipments }: Shipped): readonly OrderShipment[] {
  const counted = shipments.filter(({ state }) => state !== 'refused');
  const last = counted.findLastIndex(({ isReplacement }) => isReplacement);
  return counted.slice(Math.max(last, 0));
}

const endedStates: ReadonlySet<ShipmentState> = new Set(['uploaded', 'not_needed', 'cancelled', 'refused']);

/** Whether nothing follows for a shipment any more. */
export function isEnded({ state }: Pick<OrderShipment, 'state'>): boolean {
  return endedStates.has(state);
}

/** Everything was shipped, and WeChat knows, or need not. */
export function isDelivered(order: Shipped): boolean {
  const current = currentShipments(order);
  const isKnown = current.every(({ state }) => state === 'uploaded' || state === 'not_needed');
  return isKnown && current.some(({ isAllDelivered }) => isAllDelivered);
}

/**
 * Whether a shipment may be added. Pure. WeChat counts as its one re-shipment whatever comes after the last parcel, and
 * another mode or type than before; so that neither happens by mistake, both must say that they replace.
 * https://developers.weixin.qq.com/miniprogram/dev/server/API/order_shipping/api_uploadshippinginfo
 */
export function findShipmentRefusal(order: Order, wanted: NewShipment): ShipmentRefusal | undefined {
  if (order.status === 'created' || order.status === 'closed') return 'not_paid';
  if (judgeRefunds(order.refunds, order.amountFen) === 'full') return 'refunded';
  if (order.held !== undefined) return 'held';
  const current = currentShipments(order);
  if (wanted.isReplacement) {
    if (current.length === 0) return 'nothing_to_replace';
    return current.some(({ isReplacement }) => isReplacement) ? 'replaced_already' : undefined;
  }
  if (current.some(({ isAllDelivered }) => isAllDelivered)) return 'shipped_already';
  const { deliveryMode, logisticsType } = wanted;
  const isOtherWay = current.some(
    (shipment) => shipment.deliveryMode !== deliveryMode || shipment.logisticsType !== logisticsType,
  );
  if (isOtherWay) return 'mode_differs';
  const parcels = [...current, wanted].reduce((sum, { items }) => sum + items.length, 0);
  return parcels > mostParcels ? 'too_many_parcels' : undefined;
}

/** What is to be done next about a shipment of an order. */
export type UploadStep =
  /** It ended, or another one stands in its place. */
  | { readonly kind: 'ended' }
  /** An earlier one of the order has not ended: parts that overtake each other would spend the re-shipment. */
  | { readonly kind: 'waits' }
  | { readonly kind: 'under_way'; readonly until: Date }
  /** All of the order was given back. */
  | { readonly kind: 'refunded' }
  /** WeChat was told, and what became of that is not known. */
  | { readonly kind: 'look'; readonly shipment: OrderShipment }
  | { readonly kind: 'send'; readonly shipment: OrderShipment };

/**
 * The next step. Pure.
 *
 * @param again a person wants one tried again that WeChat refused
 */
export function decideUpload(
  order: Order,
  shipmentId: string,
  { now, again }: { readonly now: Date; readonly again: boolean },
): UploadStep {
  const index = order.shipments.findIndex((shipment) => shipment.shipmentId === shipmentId);
  const shipment = order.shipments[index];
  if (shipment === undefined) return { kind: 'ended' };
  const before = order.shipments.slice(0, index).filter((one) => !isEnded(one));
  const after = order.shipments.slice(index + 1).filter(({ state }) => state !== 'refused');
  const isRefused = shipment.state === 'refused';
  if (isEnded(shipment) && !(isRefused && again && after.length === 0)) return { kind: 'ended' };
  if (judgeRefunds(order.refunds, order.amountFen) === 'full') return { kind: 'refunded' };
  if (before.length > 0) return { kind: 'waits' };
  const { state, uploadingUntil } = shipment;
  if (state === 'uploading' && uploadingUntil !== undefined && uploadingUntil > now) {
    return { kind: 'under_way', until: uploadingUntil };
  }
  return state === 'pending' ? { kind: 'send', shipment } : { kind: 'look', shipment };
}
