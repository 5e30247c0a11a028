import { type AddedShipment, addShipment } from './add-shipment.ts';
import type { OrderTable } from './change-order.ts';
import {
  clearFrozen,
  type FrozenQuery,
  type FrozenToTellQuery,
  listFrozenOrders,
  listFrozenToTell,
  noteFrozenAlarm,
} from './frozen-orders.ts';
import type { Effect, Order, TimeLineEvent } from './order.ts';
import { type DeliveryFacts, recordDelivery } from './record-delivery.ts';
import { recordReminded, recordSigned, type SignedParcel } from './record-receipt.ts';
import type { NewShipment, OrderShipment } from './shipment.ts';
import {
  type BeginOptions,
  beginUpload,
  type NamedShipment,
  recordUpload,
  type UploadResult,
} from './upload-shipment.ts';

/** What is delivered of an order, what WeChat's order management is told of it, and the money that it freezes until then. */
export interface OrderShipments {
  /** See addShipment. */
  addShipment(
    order: Pick<Order, 'mchId' | 'outTradeNo'>,
    wanted: (order: Order) => NewShipment,
    cause: Pick<Effect, 'dueAt' | 'requestId' | 'lane'>,
  ): Promise<AddedShipment | undefined>;
  /** See beginUpload. */
  beginUpload(named: NamedShipment, options: BeginOptions): Promise<OrderShipment | undefined>;
  /** See recordUpload. */
  recordUpload(named: NamedShipment, result: UploadResult): Promise<Order | undefined>;
  /** See recordDelivery. */
  recordDelivery(
    order: Pick<Order, 'mchId' | 'outTradeNo'>,
    facts: DeliveryFacts,
    told: { readonly eventKey: string; readonly entry: TimeLineEvent },
  ): Promise<boolean>;
  /** See recordSigned. */
  recordSigned(
    order: Pick<Order, 'mchId' | 'outTradeNo'>,
    parcel: SignedParcel,
  ): Promise<{ readonly order: Order; readonly effect: Effect | undefined } | undefined>;
  /** See recordReminded. */
  recordReminded(
    order: Pick<Order, 'mchId' | 'outTradeNo'>,
    remindedAt: Date | undefined,
  ): Promise<Order | undefined>;
  /** See listFrozenOrders. */
  listFrozen(query: FrozenQuery): Promise<Order[]>;
  /** See listFrozenToTell. */
  listFrozenToTell(query: FrozenToTellQuery): Promise<Order[]>;
  /** See noteFrozenAlarm. */
  noteFrozenAlarm(order: Order): Promise<boolean>;
  /** See clearFrozen. */
  clearFrozen(order: Order): Promise<void>;
}

/** Over the collection `orders`, whose every method has a file of its own. */
export function toOrderShipments(table: OrderTable): OrderShipments {
  return {
    addShipment: (order, wanted, cause) => addShipment(table, order, wanted, cause),
    beginUpload: (named, options) => beginUpload(table, named, options),
    recordUpload: (named, result) => recordUpload(table, named, result),
    recordDelivery: (order, facts, told) => recordDelivery(table, order, facts, told),
    recordSigned: (order, parcel) => recordSigned(table, order, parcel),
    recordReminded: (order, remindedAt) => recordReminded(table, order, remindedAt),
    listFrozen: (query) => listFrozenOrders(table, query),
    listFrozenToTell: (query) => listFrozenToTell(table, query),
    noteFrozenAlarm: (order) => noteFrozenAlarm(table, order),
    clearFrozen: (order) => clearFrozen(table, order),
  };
}
