import type { MerchantApi } from '@huidiao/contracts';
import type { Store } from '@huidiao/store';
import type { EndpointHandler } from '../http/endpoint-handler.ts';
import { toRefundResource } from './to-refund-resource.ts';

export interface ReadRefundDeps {
  readonly orders: Pick<Store['orders'], 'find'>;
}

/** `GET /v1/orders/{out_trade_no}/refunds/{out_refund_no}`; reads what is stored, and asks nobody. */
export function serveReadRefund(deps: ReadRefundDeps): EndpointHandler<MerchantApi['readRefund']> {
  return async ({ params, caller, facts }) => {
    const { out_trade_no: outTradeNo, out_refund_no: outRefundNo } = params;
    facts.outTradeNo = outTradeNo;
    const order = await deps.orders.find(caller.merchant.mchId, outTradeNo);
    if (order === undefined) return { problem: { status: 404, code: 'ORDER_NOT_FOUND' } };
    const refund = toRefundResource(order, outRefundNo);
    if (refund === undefined) return { problem: { status: 404, code: 'REFUND_NOT_FOUND' } };
    facts.outcome = 'read';
    return { status: 200, body: refund };
  };
}
