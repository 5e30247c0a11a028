import type { Store } from '@huidiao/store';
import type { Handlers } from '../http/endpoint-handler.ts';
import { type CreateOrderEndpointDeps, serveCreateOrder } from './serve-create-order.ts';
import { serveReadOrder } from './serve-read-order.ts';

export interface OrderEndpointDeps extends CreateOrderEndpointDeps {
  readonly callbacks: Pick<Store['callbacks'], 'listForOrder'>;
}

/** What orders can be asked. */
export function orderEndpointHandlers(deps: OrderEndpointDeps): Handlers<'createOrder' | 'readOrder'> {
  return {
    createOrder: serveCreateOrder(deps),
    readOrder: serveReadOrder(deps),
  };
}
