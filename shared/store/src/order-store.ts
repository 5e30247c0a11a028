import { type Clock, type PaymentSucceeded, toOrderId } from '@huidiao/contracts';
import { trusted } from 'mongoose';
import { type AcceptOptions, acceptOrder } from './accept-order.ts';
import { type AddedShipment, addShipment } from './add-shipment.ts';
import { type BegunRefund, beginRefund } from './begin-refund.ts';
import { changeAsRead } from './change-as-read.ts';
import { changeOrder, type OrderTable } from './change-order.ts';
import { type ClaimOptions, claimDueEffects, type DueEffect } from './claim-due-effects.ts';
import type { StoreConnection } from './connection.ts';
import { forgetBuyer, type Person } from './forget-buyer.ts';
import {
  clearFrozen,
  type FrozenQuery,
  type FrozenToTellQuery,
  listFrozenOrders,
  listFrozenToTell,
  noteFrozenAlarm,
} from './frozen-orders.ts';
import { keepOtherPayment } from './keep-other-payment.ts';
import { listOrders, type OrderListOptions, type OrderPage } from './list-orders.ts';
import { mergeEffects } from './merge-effects.ts';
import { moveRefund, type NamedRefund, type RefundMove } from './move-refund.ts';
import type { Effect, NewOrder, Order, TimeLineEvent } from './order.ts';
import { type OrderRow, orderSchema, toOrder } from './order-row.ts';
import { type PayOptions, payOrder } from './pay-order.ts';
import { endPrepayTurn, recordPrepay, takePrepayTurn } from './prepay-order.ts';
import { claimOrdersToQuery, type QueryClaimOptions, type QueryResult, recordQuery } from './query-orders.ts';
import { type DeliveryFacts, recordDelivery } from './record-delivery.ts';
import { recordReminded, recordSigned, type SignedParcel } from './record-receipt.ts';
import { type RecordedRefund, type RefundOptions, recordRefund, type ToldRefund } from './record-refund.ts';
import type { NewRefundRequest } from './refund-request.ts';
import { type Registration, registerOrder } from './register-order.ts';
import { releaseOrder } from './release-order.ts';
import { type RenewedEffect, renewEffect } from './renew-effect.ts';
import { type RequestedRefund, requestRefund } from './request-refund.ts';
import type { NewShipment, OrderShipment } from './shipment.ts';
import { type SweepOptions, sweepEffects, sweepOpenOrders } from './sweep-orders.ts';
import {
  type BeginOptions,
  beginUpload,
  type NamedShipment,
  recordUpload,
  type UploadResult,
} from './upload-shipment.ts';

/**
 * Orders and their effects. Every transition is one guarded update; what it gives when someone was faster is said
 * at each. All of them throw AppError STORE_UNAVAILABLE when MongoDB is away; a write may have happened then.
 */
export interface OrderStore {
  /** See registerOrder. */
  register(order: NewOrder): Promise<Registration>;
  find(mchId: string, outTradeNo: string): Promise<Order | undefined>;
  /** See listOrders. */
  list(options: OrderListOptions): Promise<OrderPage>;
  /** See takePrepayTurn. */
  takePrepayTurn(order: Order, leaseMs: number): Promise<boolean>;
  /** See endPrepayTurn. */
  endPrepayTurn(order: Pick<Order, 'id'>): Promise<void>;
  /** See recordPrepay. */
  recordPrepay(
    mchId: string,
    outTradeNo: string,
    prepay: { readonly prepayId: string; readonly expiresAt: Date },
  ): Promise<Order>;
  /** `created | closed → paid`; see payOrder. */
  pay(from: Order, payment: PaymentSucceeded, options: PayOptions): Promise<Order | undefined>;
  /** `created → closed`, by status and version; `undefined` when someone was faster or the order is not `created`. */
  close(from: Order, event?: Omit<TimeLineEvent, 'event'>): Promise<Order | undefined>;
  /** The order that a transaction has paid. */
  findByTransaction(mchId: string, transactionId: string): Promise<Order | undefined>;
  /**
   * Writes a time line entry about a callback, once per key, and what has to happen because of it in the same update;
   * `false` when it was noted or applied before.
   */
  noteEvent(
    mchId: string,
    outTradeNo: string,
    eventKey: string,
    entry: TimeLineEvent,
    effects?: readonly Effect[],
  ): Promise<boolean>;
  /** See recordRefund. */
  recordRefund(
    mchId: string,
    outTradeNo: string,
    refund: ToldRefund,
    options: RefundOptions,
  ): Promise<RecordedRefund | undefined>;
  /** See requestRefund. */
  requestRefund(
    mchId: string,
    outTradeNo: string,
    wanted: NewRefundRequest,
    options: { readonly effects: readonly Effect[] },
  ): Promise<RequestedRefund | undefined>;
  /** See keepOtherPayment. */
  keepOtherPayment(
    payment: PaymentSucceeded,
    told: { readonly eventKey: string; readonly entry: TimeLineEvent },
  ): Promise<void>;
  /** See beginRefund. */
  beginRefund(refund: NamedRefund, spacingMs: number): Promise<BegunRefund>;
  /** See moveRefund. */
  moveRefund(refund: NamedRefund, move: RefundMove): Promise<Order | undefined>;
  /** See recordDelivery. */
  recordDelivery(
    order: Pick<Order, 'mchId' | 'outTradeNo'>,
    facts: DeliveryFacts,
    told: { readonly eventKey: string; readonly entry: TimeLineEvent },
  ): Promise<boolean>;
  /** `paid → accepted | fulfilled`; see acceptOrder. */
  accept(
    mchId: string,
    outTradeNo: string,
    effectId: string,
    options: AcceptOptions,
  ): Promise<Order | undefined>;
  /**
   * Takes an effect out of the order, tells its result, and adds what has to happen because of it, in one update;
   * `false` when it was settled before.
   */
  settleEffect(
    mchId: string,
    outTradeNo: string,
    effectId: string,
    entry: TimeLineEvent,
    effects?: readonly Effect[],
  ): Promise<boolean>;
  /** See renewEffect. */
  renewEffect(
    order: Pick<Order, 'mchId' | 'outTradeNo'>,
    renewed: RenewedEffect,
    whereMissing?: Pick<Effect, 'job' | 'requestId' | 'lane'>,
  ): Promise<Effect | undefined>;
  /** See claimDueEffects. */
  claimDueEffects(options: ClaimOptions): Promise<DueEffect[]>;
  /** Ends the hold of a paid order; see releaseOrder. */
  release(from: Order, options: { readonly effects: readonly Effect[] }): Promise<Order | undefined>;
  /** See claimOrdersToQuery. */
  claimOrdersToQuery(options: QueryClaimOptions): Promise<Order[]>;
  /** See recordQuery. */
  recordQuery(order: Order, result: QueryResult): Promise<boolean>;
  /** See sweepEffects. */
  sweepEffects(options: SweepOptions): Promise<number>;
  /** See sweepOpenOrders. */
  sweepOpenOrders(options: SweepOptions): Promise<number>;
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
  /** See forgetBuyer. */
  forgetBuyer(person: Person): Promise<number>;
}

/** Over the collection `orders`, whose every method has a file of its own. */
export function createOrderStore(connection: StoreConnection, clock: Clock): OrderStore {
  const table: OrderTable = { rows: connection.table(orderSchema), run: connection.run, clock };
  return {
    register: (order) => registerOrder(table, order),
    find: (mchId, outTradeNo) => findOrder(table, mchId, outTradeNo),
    list: (options) => listOrders(table, options),
    takePrepayTurn: (order, leaseMs) => takePrepayTurn(table, order, leaseMs),
    endPrepayTurn: (order) => endPrepayTurn(table, order),
    recordPrepay: (mchId, outTradeNo, prepay) => recordPrepay(table, { mchId, outTradeNo }, prepay),
    pay: (from, payment, options) => payOrder(table, from, payment, options),
    close: (from, facts) => closeOrder(table, from, facts),
    findByTransaction: (mchId, transactionId) => findByTransaction(table, mchId, transactionId),
    noteEvent: (mchId, outTradeNo, eventKey, entry, effects = []) =>
      noteEvent(table, toOrderId(mchId, outTradeNo), { eventKey, entry, effects }),
    recordRefund: (mchId, outTradeNo, refund, options) =>
      recordRefund(table, { mchId, outTradeNo }, refund, options),
    requestRefund: (mchId, outTradeNo, wanted, options) =>
      requestRefund(table, { mchId, outTradeNo }, wanted, options),
    keepOtherPayment: (payment, told) => keepOtherPayment(table, payment, told),
    beginRefund: (refund, spacingMs) => beginRefund(table, refund, spacingMs),
    moveRefund: (refund, move) => moveRefund(table, refund, move),
    recordDelivery: (order, facts, told) => recordDelivery(table, order, facts, told),
    accept: (mchId, outTradeNo, effectId, options) =>
      acceptOrder(table, { mchId, outTradeNo }, effectId, options),
    settleEffect: (mchId, outTradeNo, effectId, entry, effects = []) =>
      settleEffect(table, toOrderId(mchId, outTradeNo), { effectId, entry, effects }),
    renewEffect: (order, renewed, whereMissing) => renewEffect(table, order, renewed, whereMissing),
    claimDueEffects: (options) => claimDueEffects(table, options),
    release: (from, { effects }) => releaseOrder(table, from, effects),
    claimOrdersToQuery: (options) => claimOrdersToQuery(table, options),
    recordQuery: (order, result) => recordQuery(table, order, result),
    sweepEffects: (options) => sweepEffects(table, options),
    sweepOpenOrders: (options) => sweepOpenOrders(table, options),
    addShipment: (order, wanted, cause) => addShipment(table, order, wanted, cause),
    beginUpload: (named, options) => beginUpload(table, named, options),
    recordUpload: (named, result) => recordUpload(table, named, result),
    recordSigned: (order, parcel) => recordSigned(table, order, parcel),
    recordReminded: (order, remindedAt) => recordReminded(table, order, remindedAt),
    listFrozen: (query) => listFrozenOrders(table, query),
    listFrozenToTell: (query) => listFrozenToTell(table, query),
    noteFrozenAlarm: (order) => noteFrozenAlarm(table, order),
    clearFrozen: (order) => clearFrozen(table, order),
    forgetBuyer: (person) => forgetBuyer(table, person),
  };
}

async function findOrder(table: OrderTable, mchId: string, outTradeNo: string): Promise<Order | undefined> {
  const _id = toOrderId(mchId, outTradeNo);
  const row = await table.run('orders.find', async () => table.rows.findOne({ _id }).lean<OrderRow>());
  return row === null ? undefined : toOrder(row);
}

async function closeOrder(table: OrderTable, from: Order, facts?: Omit<TimeLineEvent, 'event'>) {
  const guard = { _id: from.id, status: 'created' as const, version: from.version };
  const change = {
    set: { status: 'closed' },
    unset: ['nextQueryAt'] as const,
    events: [{ ...facts, event: 'closed' }],
  };
  return await table.run('orders.close', () => changeOrder(table, guard, change));
}

async function findByTransaction(table: OrderTable, mchId: string, transactionId: string) {
  const row = await table.run('orders.find-by-transaction', async () =>
    table.rows.findOne({ mchId, transactionId }).lean<OrderRow>(),
  );
  return row === null ? undefined : toOrder(row);
}

interface Note {
  readonly eventKey: string;
  readonly entry: TimeLineEvent;
  readonly effects: readonly Effect[];
}

async function noteEvent(table: OrderTable, _id: string, { eventKey, entry, effects }: Note) {
  const guard = { _id, appliedEvents: trusted({ $ne: eventKey }) };
  const change = { events: [entry], eventKey };
  if (effects.length === 0) {
    const noted = await table.run('orders.note-event', () => changeOrder(table, guard, change));
    return noted !== undefined;
  }
  const changed = await changeAsRead(table, 'orders.note-event', _id, (order) =>
    order.appliedEvents.includes(eventKey)
      ? undefined
      : { ...change, set: { effects: mergeEffects(order.effects, effects) } },
  );
  return changed?.after !== undefined;
}

interface EffectResult {
  readonly effectId: string;
  readonly entry: TimeLineEvent;
  readonly effects: readonly Effect[];
}

async function settleEffect(table: OrderTable, _id: string, { effectId, entry, effects }: EffectResult) {
  const guard = { _id, 'effects.id': effectId };
  if (effects.length === 0) {
    const settled = await table.run('orders.settle-effect', () =>
      changeOrder(table, guard, { pullEffect: effectId, events: [entry] }),
    );
    return settled !== undefined;
  }
  const changed = await changeAsRead(table, 'orders.settle-effect', _id, (order) => {
    const left = order.effects.filter(({ id }) => id !== effectId);
    if (left.length === order.effects.length) return undefined;
    return { set: { effects: mergeEffects(left, effects) }, events: [entry] };
  });
  return changed?.after !== undefined;
}
