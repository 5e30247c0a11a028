import type { OrderTable } from './change-order.ts';
import { findByTransaction, findOrder } from './find-order.ts';
import { findPart } from './find-part.ts';
import { listOrders, type OrderListOptions, type OrderPage } from './list-orders.ts';
import type { Order } from './order.ts';

/** Orders as they are. */
export interface OrderReads {
  find(mchId: string, outTradeNo: string): Promise<Order | undefined>;
  /** The order that a transaction has paid. */
  findByTransaction(mchId: string, transactionId: string): Promise<Order | undefined>;
  /** See findPart. */
  findPart(paidMchId: string, outTradeNo: string): Promise<Order | undefined>;
  /** See listOrders. */
  list(options: OrderListOptions): Promise<OrderPage>;
}

/** Over the collection `orders`, whose every method has a file of its own. */
export function toOrderReads(table: OrderTable): OrderReads {
  return {
    find: (mchId, outTradeNo) => findOrder(table, mchId, outTradeNo),
    findByTransaction: (mchId, transactionId) => findByTransaction(table, mchId, transactionId),
    findPart: (paidMchId, outTradeNo) => findPart(table, paidMchId, outTradeNo),
    list: (options) => listOrders(table, options),
  };
}
