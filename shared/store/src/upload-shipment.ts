import { type ShipmentState, toOrderId, toUploadEffectId } from '@huidiao/contracts';
import { changeAsRead } from './change-as-read.ts';
import type { OrderChange, OrderTable } from './change-order.ts';
import { decideUpload, isDelivered } from './judge-shipments.ts';
import { mergeEffects } from './merge-effects.ts';
import type { Effect, Order, TimeLineEvent } from './order.ts';
import type { NewShipment, OrderShipment } from './shipment.ts';

/** A shipment of an order that is in the store. */
export interface NamedShipment {
  readonly mchId: string;
  readonly outTradeNo: string;
  readonly shipmentId: string;
}

export interface BeginOptions {
  /** How long the call may take at most: nobody else calls meanwhile. */
  readonly leaseMs: number;
  /** WeChat was asked and does not have it: the upload_time of the call whose answer was missing then. */
  readonly looked?: { readonly uploadTime: Date | undefined };
  /** A person wants one tried again that WeChat refused. */
  readonly again: boolean;
  /** What is uploaded by itself, of an order for which nobody has said anything of a shipment. */
  readonly byItself?: NewShipment | undefined;
}

/** upload_time has to be newer than the last one: whether WeChat counts milliseconds is said nowhere. */
const leastStepMs = 1_000;

/**
 * Writes down that WeChat is being told of a shipment, before it is: whoever finds it so later knows that the answer is
 * missing. One at a time for each order.
 *
 * @returns the shipment with the upload_time to send; undefined when somebody was faster
 * @throws AppError ORDER_CHANGED_MEANWHILE, STORE_UNAVAILABLE
 */
export async function beginUpload(
  table: OrderTable,
  named: NamedShipment,
  options: BeginOptions,
): Promise<OrderShipment | undefined> {
  const now = table.clock.now();
  const id = toOrderId(named.mchId, named.outTradeNo);
  const changed = await changeAsRead(table, 'orders.begin-upload', id, (read) => {
    const order = withByItself(read, options.byItself, now);
    const step = decideUpload(order, named.shipmentId, { now, again: options.again });
    if (step.kind !== 'send' && step.kind !== 'look') return undefined;
    // What was looked for must still be the latest call: another one since may have been answered by nobody too.
    if (step.kind === 'look' && !isLookedFor(step.shipment, options.looked)) return undefined;
    const { errorCode: _code, remoteCode: _remote, endedAt: _endedAt, ...rest } = step.shipment;
    const begun: OrderShipment = {
      ...rest,
      state: 'uploading',
      uploadTime: toUploadTime(order, now),
      uploadingUntil: new Date(now.getTime() + options.leaseMs),
    };
    return { set: { shipments: replaced(order, begun) } };
  });
  return changed?.after?.shipments.find(({ shipmentId }) => shipmentId === named.shipmentId);
}

function withByItself(order: Order, byItself: NewShipment | undefined, now: Date): Order {
  if (byItself === undefined || order.shipments.length > 0) return order;
  return { ...order, shipments: [{ ...byItself, state: 'pending', createdAt: now }] };
}

function isLookedFor({ uploadTime }: OrderShipment, looked: BeginOptions['looked']): boolean {
  return looked !== undefined && looked.uploadTime?.getTime() === uploadTime?.getTime();
}

function toUploadTime({ shipments }: Order, now: Date): Date {
  const last = Math.max(0, ...shipments.map(({ uploadTime }) => uploadTime?.getTime() ?? 0));
  return new Date(Math.max(now.getTime(), last + leastStepMs));
}

/** What came of a call. */
export interface UploadResult {
  /**
   * `pending`: WeChat certainly did not take it, and it is to be tried again. `unknown`: nobody knows. All others end
   * it.
   */
  readonly state: Exclude<ShipmentState, 'uploading'>;
  readonly errorCode?: string | undefined;
  readonly remoteCode?: string | undefined;
  /** Of the call; a result that comes when another call was begun changes nothing. */
  readonly uploadTime?: Date | undefined;
  /** What follows once everything of the order is delivered. */
  readonly effects?: readonly Effect[];
}

/**
 * Records what came of telling WeChat about a shipment. Where that ends it, its effect leaves the order; and where
 * everything is delivered then, an accepted order is fulfilled and no money is frozen any more. The effect of one that
 * was refused leaves with its dead letter.
 *
 * @returns the order then; undefined when there was nothing to record
 * @throws AppError ORDER_CHANGED_MEANWHILE, STORE_UNAVAILABLE
 */
export async function recordUpload(
  table: OrderTable,
  named: NamedShipment,
  result: UploadResult,
): Promise<Order | undefined> {
  const now = table.clock.now();
  const id = toOrderId(named.mchId, named.outTradeNo);
  const changed = await changeAsRead(table, 'orders.record-upload', id, (order) =>
    toResultChange(order, named, result, now),
  );
  return changed?.after;
}

function toResultChange(
  order: Order,
  named: NamedShipment,
  result: UploadResult,
  now: Date,
): OrderChange | undefined {
  const known = order.shipments.find(({ shipmentId }) => shipmentId === named.shipmentId);
  if (result.state === 'pending' || result.state === 'unknown') {
    const isLatest = known?.state === 'uploading' && isLookedFor(known, { uploadTime: result.uploadTime });
    return isLatest ? { set: { shipments: replaced(order, { ...known, state: result.state }) } } : undefined;
  }
  const effectId = toUploadEffectId(order, named.shipmentId);
  const isFree = result.state === 'not_needed' || result.state === 'cancelled';
  const left = result.state === 'refused' ? order.effects : order.effects.filter(({ id }) => id !== effectId);
  if (known === undefined || known.state === result.state) {
    const settled = { set: { effects: left }, ...(isFree && { unset: noLongerFrozen }) };
    return left.length < order.effects.length ? settled : undefined;
  }
  const { errorCode, remoteCode } = result;
  const { uploadingUntil: _until, ...rest } = known;
  const facts = { ...(errorCode && { errorCode }), ...(remoteCode && { remoteCode }) };
  const ended: OrderShipment = { ...rest, state: result.state, endedAt: now, ...facts };
  const shipments = replaced(order, ended);
  const event = { event: `shipment.${result.state}`, shipmentId: named.shipmentId, errorCode, remoteCode };
  if (result.state === 'refused' || !isDelivered({ shipments })) {
    return { set: { shipments, effects: left }, ...(isFree && { unset: noLongerFrozen }), events: [event] };
  }
  return toDelivered(order, {
    set: { shipments, effects: mergeEffects(left, result.effects ?? []) },
    events: [event],
  });
}

const noLongerFrozen = ['frozenSince', 'frozenAlarmedAt'] as const;

function toDelivered({ status }: Order, change: OrderChange): OrderChange {
  const isFulfilled = status === 'accepted';
  const more: TimeLineEvent[] = isFulfilled ? [{ event: 'fulfilled' }] : [];
  return {
    ...change,
    set: { ...change.set, ...(isFulfilled && { status: 'fulfilled' }) },
    unset: noLongerFrozen,
    events: [...(change.events ?? []), ...more],
  };
}

function replaced({ shipments }: Order, by: OrderShipment): OrderShipment[] {
  return shipments.map((shipment) => (shipment.shipmentId === by.shipmentId ? by : shipment));
}
