import type { MerchantApi, OrderResource } from '@huidiao/contracts';
import { toAppError } from '@huidiao/errors';
import type { Order, Store } from '@huidiao/store';
import type { EndpointHandler } from '../http/endpoint-handler.ts';
import { toOrderResource } from './to-order-resource.ts';

const usualLimit = 50;

/** `GET /v1/orders`: a page of the merchant's orders, the newest first. */
export function serveListOrders(deps: {
  readonly orders: Pick<Store['orders'], 'list'>;
}): EndpointHandler<MerchantApi['listOrders']> {
  return async ({ query, caller: { merchant }, facts }) => {
    const { status, held, created_from: since, created_until: until, limit = usualLimit, cursor } = query;
    const wanted = { mchId: merchant.mchId, status, held, since, until, limit, after: cursor };
    const page = await pageOrNothing(() => deps.orders.list(wanted));
    if (page === undefined) return { problem: wrongCursor };
    facts.outcome = 'listed';
    const orders = page.orders.map(withoutTimeLine);
    return { status: 200, body: page.next === undefined ? { orders } : { orders, next_cursor: page.next } };
  };
}

/** A cursor that no page gave. */
export const wrongCursor = {
  status: 400,
  code: 'REQUEST_INVALID',
  errors: [{ field: 'cursor', message: 'is no next_cursor of a page' }],
} as const;

/** The page, or undefined where the cursor is none. */
export async function pageOrNothing<T>(list: () => Promise<T>): Promise<T | undefined> {
  try {
    return await list();
  } catch (error) {
    if (toAppError(error).code === 'REQUEST_INVALID') return undefined;
    throw error;
  }
}

function withoutTimeLine(order: Order): Omit<OrderResource, 'time_line'> {
  const { time_line: _timeLine, ...resource } = toOrderResource(order);
  return resource;
}
