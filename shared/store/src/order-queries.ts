import type { OrderTable } from './change-order.ts';
import type { Order } from './order.ts';
import { claimOrdersToQuery, type QueryClaimOptions, type QueryResult, recordQuery } from './query-orders.ts';
import { type SweepOptions, sweepOpenOrders } from './sweep-orders.ts';

/** Open orders that WeChat Pay is asked about. */
export interface OrderQueries {
  /** See claimOrdersToQuery. */
  claimOrdersToQuery(options: QueryClaimOptions): Promise<Order[]>;
  /** See recordQuery. */
  recordQuery(order: Order, result: QueryResult): Promise<boolean>;
  /** See sweepOpenOrders. */
  sweepOpenOrders(options: SweepOptions): Promise<number>;
}

/** Over the collection `orders`, whose every method has a file of its own. */
export function toOrderQueries(table: OrderTable): OrderQueries {
  return {
    claimOrdersToQuery: (options) => claimOrdersToQuery(table, options),
    recordQuery: (order, result) => recordQuery(table, order, result),
    sweepOpenOrders: (options) => sweepOpenOrders(table, options),
  };
}
