import type { Clock } from '@huidiao/contracts';
import type { OrderTable } from './change-order.ts';
import type { StoreConnection } from './connection.ts';
import { forgetBuyer, type Person } from './forget-buyer.ts';
import { type OrderEffects, toOrderEffects } from './order-effects.ts';
import { type OrderPayments, toOrderPayments } from './order-payments.ts';
import { type OrderPrepays, toOrderPrepays } from './order-prepays.ts';
import { type OrderQueries, toOrderQueries } from './order-queries.ts';
import { type OrderReads, toOrderReads } from './order-reads.ts';
import { type OrderRefunds, toOrderRefunds } from './order-refunds.ts';
import { orderSchema } from './order-row.ts';
import { type OrderShipments, toOrderShipments } from './order-shipments.ts';

/**
 * Orders and their effects. Every transition is one guarded update; what it gives when someone was faster is said
 * at each. All of them throw AppError STORE_UNAVAILABLE when MongoDB is away; a write may have happened then.
 *
 * Each duty has an interface of its own, for whoever has that one duty.
 */
export interface OrderStore
  extends OrderReads,
    OrderPrepays,
    OrderPayments,
    OrderRefunds,
    OrderShipments,
    OrderEffects,
    OrderQueries {
  /** See forgetBuyer. */
  forgetBuyer(person: Person): Promise<number>;
}

/** Over the collection `orders`. */
export function createOrderStore(connection: StoreConnection, clock: Clock): OrderStore {
  const table: OrderTable = { rows: connection.table(orderSchema), run: connection.run, clock };
  return {
    ...toOrderReads(table),
    ...toOrderPrepays(table),
    ...toOrderPayments(table),
    ...toOrderRefunds(table),
    ...toOrderShipments(table),
    ...toOrderEffects(table),
    ...toOrderQueries(table),
    forgetBuyer: (person) => forgetBuyer(table, person),
  };
}
