import type { MerchantApi, OrderCallback } from '@huidiao/contracts';
import type { LedgerEntry, Store } from '@huidiao/store';
import type { EndpointHandler } from '../http/endpoint-handler.ts';
import { findOwnOrder } from './find-own-order.ts';
import { toBuyersView } from './to-buyers-view.ts';
import { toOrderResource } from './to-order-resource.ts';

export interface ReadOrderDeps {
  readonly orders: Pick<Store['orders'], 'find'>;
  readonly callbacks: Pick<Store['callbacks'], 'listForOrder'>;
}

/** `GET /v1/orders/{out_trade_no}`: the order with its time line and its callbacks. */
export function serveReadOrder(deps: ReadOrderDeps): EndpointHandler<MerchantApi['readOrder']> {
  return async ({ params, caller, facts }) => {
    const order = await findOwnOrder(deps.orders, caller, params.out_trade_no);
    if (order === undefined) return { problem: { status: 404, code: 'ORDER_NOT_FOUND' } };
    Object.assign(facts, { outTradeNo: order.outTradeNo, outcome: 'read' });
    const resource = toOrderResource(order);
    if (caller.kind === 'session') return { status: 200, body: { ...toBuyersView(resource), callbacks: [] } };
    const callbacks = await deps.callbacks.listForOrder(order.mchId, order.outTradeNo);
    return { status: 200, body: { ...resource, callbacks: callbacks.map(toOrderCallback) } };
  };
}

function toOrderCallback(entry: LedgerEntry): OrderCallback {
  return {
    notification_id: entry.notificationId,
    event_type: entry.eventType,
    outcome: entry.outcome,
    first_received_at: entry.firstAt.toISOString(),
    last_received_at: entry.lastAt.toISOString(),
    times: entry.times,
    request_id: entry.requestId,
  };
}
