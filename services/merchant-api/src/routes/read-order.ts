import { type OrderCallback, outTradeNo, type ReadOrderResponse } from '@huidiao/contracts';
import type { LedgerEntry, Store } from '@huidiao/store';
import type { RequestHandler } from 'express';
import { sendProblem } from '../http/problem.ts';
import { merchantOf, requestFactsOf } from '../http/request-facts.ts';
import { toOrderResource } from '../orders/to-order-resource.ts';

/**
 * `GET /v1/orders/{out_trade_no}`: the order with its time line and its callbacks. An order of another merchant is as unknown as
 * one that does not exist.
 */
export function readOrderRoute(
  store: Pick<Store, 'orders' | 'callbacks'>,
): RequestHandler<{ out_trade_no: string }> {
  return async (req, res) => {
    const number = outTradeNo.safeParse(req.params.out_trade_no);
    const order = number.success ? await store.orders.find(merchantOf(res).mchId, number.data) : undefined;
    if (order === undefined) {
      sendProblem(res, { status: 404, code: 'ORDER_NOT_FOUND' });
      return;
    }
    Object.assign(requestFactsOf(res), { outTradeNo: order.outTradeNo, outcome: 'read' });
    const callbacks = await store.callbacks.listForOrder(order.mchId, order.outTradeNo);
    const body: ReadOrderResponse = { ...toOrderResource(order), callbacks: callbacks.map(toOrderCallback) };
    res.json(body);
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
