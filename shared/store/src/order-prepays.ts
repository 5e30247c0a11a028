import type { OrderTable } from './change-order.ts';
import type { NewOrder, Order } from './order.ts';
import { endPrepayTurn, type Prepaid, recordPrepay, takePrepayTurn } from './prepay-order.ts';
import { type Registration, registerOrder } from './register-order.ts';

/** The way of an order until its buyer can pay. */
export interface OrderPrepays {
  /** See registerOrder. */
  register(order: NewOrder): Promise<Registration>;
  /** See takePrepayTurn. */
  takePrepayTurn(order: Order, leaseMs: number): Promise<boolean>;
  /** See endPrepayTurn. */
  endPrepayTurn(order: Pick<Order, 'id'>): Promise<void>;
  /** See recordPrepay. */
  recordPrepay(mchId: string, outTradeNo: string, prepay: Prepaid): Promise<Order>;
}

/** Over the collection `orders`, whose every method has a file of its own. */
export function toOrderPrepays(table: OrderTable): OrderPrepays {
  return {
    register: (order) => registerOrder(table, order),
    takePrepayTurn: (order, leaseMs) => takePrepayTurn(table, order, leaseMs),
    endPrepayTurn: (order) => endPrepayTurn(table, order),
    recordPrepay: (mchId, outTradeNo, prepay) => recordPrepay(table, { mchId, outTradeNo }, prepay),
  };
}
