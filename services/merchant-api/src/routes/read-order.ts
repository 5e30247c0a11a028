import { outTradeNo } from '@huidiao/contracts';
import type { Store } from '@huidiao/store';
import type { RequestHandler } from 'express';
import { sendProblem } from '../http/problem.ts';
import { merchantOf, requestFactsOf } from '../http/request-facts.ts';
import { toOrderResource } from '../orders/to-order-resource.ts';

/**
 * `GET /v1/orders/{out_trade_no}`: the order with its time line. An order of another merchant is as unknown as
 * one that does not exist.
 */
export function readOrderRoute(
  orders: Pick<Store['orders'], 'find'>,
): RequestHandler<{ out_trade_no: string }> {
  return async (req, res) => {
    const number = outTradeNo.safeParse(req.params.out_trade_no);
    const order = number.success ? await orders.find(merchantOf(res).mchId, number.data) : undefined;
    if (order === undefined) {
      sendProblem(res, { status: 404, code: 'ORDER_NOT_FOUND' });
      return;
    }
    Object.assign(requestFactsOf(res), { outTradeNo: order.outTradeNo, outcome: 'read' });
    res.json(toOrderResource(order));
  };
}
