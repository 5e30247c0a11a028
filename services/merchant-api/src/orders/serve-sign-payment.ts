import type { MerchantApi } from '@huidiao/contracts';
import type { Order, Store } from '@huidiao/store';
import type { EndpointHandler } from '../http/endpoint-handler.ts';
import type { Problem } from '../http/problem.ts';
import { toRemoteFacts } from '../http/request-facts.ts';
import { findOwnOrder } from './find-own-order.ts';
import type { PayingOf } from './paying-merchant.ts';
import { type PrepayOrderDeps, prepayOrder } from './prepay-order.ts';
import { toPrepayProblem } from './prepay-problem.ts';

export interface SignPaymentDeps extends PrepayOrderDeps {
  readonly orders: PrepayOrderDeps['orders'] & Pick<Store['orders'], 'find'>;
  readonly payingOf: PayingOf;
}

/** `POST /v1/orders/{out_trade_no}/payment`: parameters of wx.requestPayment, of the prepay_id that lives or a new one. */
export function serveSignPayment(deps: SignPaymentDeps): EndpointHandler<MerchantApi['signPayment']> {
  return async ({ params, caller, facts }) => {
    const order = await findOwnOrder(deps.orders, caller, params.out_trade_no);
    if (order === undefined) return { problem: { status: 404, code: 'ORDER_NOT_FOUND' } };
    facts.outTradeNo = order.outTradeNo;
    const problem = findForeignHand(order);
    if (problem !== undefined) return { problem };
    const { client, notifyUrl } = deps.payingOf(caller.merchant);
    const outcome = await prepayOrder(deps, client, order.notifyUrl ?? notifyUrl, order);
    const refusal = outcome.kind === 'refused' ? toRemoteFacts(outcome.error) : {};
    Object.assign(facts, { outcome: outcome.kind, ...refusal });
    if (outcome.kind !== 'payable') return { problem: toPrepayProblem(outcome) };
    return { status: 200, body: { payment: outcome.payment } };
  };
}

/** Why an order is neither signed nor closed by itself: somebody else, or the whole that it is a part of, is. */
export function findForeignHand({ prepay, combineOutTradeNo }: Order): Problem | undefined {
  if (!prepay) return { status: 409, code: 'ORDER_PREPAID_ELSEWHERE' };
  if (combineOutTradeNo === undefined) return undefined;
  const detail = `It is part of the combined order ${combineOutTradeNo}.`;
  return { status: 409, code: 'ORDER_IS_COMBINED', detail };
}
