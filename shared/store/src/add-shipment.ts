import { toOrderId, toUploadEffectId } from '@huidiao/contracts';
import { changeAsRead } from './change-as-read.ts';
import type { OrderTable } from './change-order.ts';
import { findShipmentRefusal, type ShipmentRefusal } from './judge-shipments.ts';
import { mergeEffects } from './merge-effects.ts';
import type { Effect, Order } from './order.ts';
import type { NewShipment, OrderShipment } from './shipment.ts';

/** What became of a shipment that was to be added. */
export type AddedShipment =
  | {
      /** `same`: the order had it before. */
      readonly outcome: 'added' | 'same';
      readonly order: Order;
      readonly shipment: OrderShipment;
      /** The effect that was written with it. */
      readonly effect: Effect | undefined;
    }
  /** `conflict`: the order has another one of the same id. */
  | { readonly outcome: 'conflict' | ShipmentRefusal; readonly order: Order };

/**
 * Keeps a shipment in its order, and in the same update the effect by which WeChat is told of it.
 *
 * @param wanted made of the order as it was read, for what a request leaves out goes by the order
 * @returns undefined when there is no such order
 * @throws AppError ORDER_CHANGED_MEANWHILE, STORE_UNAVAILABLE
 */
export async function addShipment(
  table: OrderTable,
  named: { readonly mchId: string; readonly outTradeNo: string },
  wanted: (order: Order) => NewShipment,
  cause: Pick<Effect, 'dueAt' | 'requestId' | 'lane'>,
): Promise<AddedShipment | undefined> {
  const now = table.clock.now();
  const changed = await changeAsRead(
    table,
    'orders.add-shipment',
    toOrderId(named.mchId, named.outTradeNo),
    (order) => {
      const shipment = wanted(order);
      if (findShipment(order, shipment.shipmentId) !== undefined) return undefined;
      if (findShipmentRefusal(order, shipment) !== undefined) return undefined;
      const added: OrderShipment = { ...shipment, state: 'pending', createdAt: now };
      const effect = toEffect(order, shipment.shipmentId, cause);
      return {
        set: { shipments: [...order.shipments, added], effects: mergeEffects(order.effects, [effect]) },
        events: [{ event: 'shipment.created', shipmentId: shipment.shipmentId }],
      };
    },
  );
  if (changed === undefined) return undefined;
  const { before, after } = changed;
  const shipment = wanted(before);
  const { shipmentId } = shipment;
  const added = after && findShipment(after, shipmentId);
  if (after !== undefined && added !== undefined) {
    return { outcome: 'added', order: after, shipment: added, effect: toEffect(after, shipmentId, cause) };
  }
  return toKnown(before, shipment);
}

function toKnown(order: Order, wanted: NewShipment): AddedShipment {
  const known = findShipment(order, wanted.shipmentId);
  if (known === undefined) return { outcome: findShipmentRefusal(order, wanted) ?? 'conflict', order };
  if (known.contentHash !== wanted.contentHash) return { outcome: 'conflict', order };
  return { outcome: 'same', order, shipment: known, effect: undefined };
}

function findShipment({ shipments }: Order, shipmentId: string): OrderShipment | undefined {
  return shipments.find((shipment) => shipment.shipmentId === shipmentId);
}

function toEffect(
  order: Order,
  shipmentId: string,
  cause: Pick<Effect, 'dueAt' | 'requestId' | 'lane'>,
): Effect {
  return { id: toUploadEffectId(order, shipmentId), job: 'upload-shipment', ...cause };
}
