import type { Store } from '@huidiao/store';
import type { Handlers } from '../http/endpoint-handler.ts';
import { type CloseOrderEndpointDeps, serveCloseOrder } from './serve-close-order.ts';
import { type CreateOrderEndpointDeps, serveCreateOrder } from './serve-create-order.ts';
import { serveListOrders } from './serve-list-orders.ts';
import { type QueryOrderDeps, serveQueryOrder } from './serve-query-order.ts';
import { serveReadOrder } from './serve-read-order.ts';
import { serveSignPayment } from './serve-sign-payment.ts';

export interface OrderEndpointDeps
  extends Omit<CreateOrderEndpointDeps, 'orders'>,
    Omit<QueryOrderDeps, 'orders'>,
    Omit<CloseOrderEndpointDeps, 'orders'> {
  readonly orders: Store['orders'];
  readonly producer: CreateOrderEndpointDeps['producer'];
  readonly callbacks: Pick<Store['callbacks'], 'listForOrder'>;
}

type Names = 'createOrder' | 'readOrder' | 'listOrders' | 'queryOrder' | 'closeOrder' | 'signPayment';

/** What orders can be asked. */
export function orderEndpointHandlers(deps: OrderEndpointDeps): Handlers<Names> {
  return {
    createOrder: serveCreateOrder(deps),
    readOrder: serveReadOrder(deps),
    listOrders: serveListOrders(deps),
    queryOrder: serveQueryOrder(deps),
    closeOrder: serveCloseOrder(deps),
    signPayment: serveSignPayment(deps),
  };
}
