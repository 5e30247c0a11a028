import type { MerchantApi } from '@huidiao/contracts';
import type { EndpointHandler } from '../http/endpoint-handler.ts';
import type { Problem } from '../http/problem.ts';
import { type CloseOrderDeps, type CloseOutcome, closeOrder } from './close-order.ts';
import type { PayingOf } from './paying-merchant.ts';
import { refusedAsProblem, toRateProblem } from './serve-query-order.ts';
import { findForeignHand } from './serve-sign-payment.ts';
import { toOrderResource } from './to-order-resource.ts';

export interface CloseOrderEndpointDeps extends CloseOrderDeps {
  readonly payingOf: PayingOf;
}

/** `POST /v1/orders/{out_trade_no}/close`: nobody can pay it any more. */
export function serveCloseOrder(deps: CloseOrderEndpointDeps): EndpointHandler<MerchantApi['closeOrder']> {
  return async ({ params, caller: { merchant }, facts }) => {
    const order = await deps.orders.find(merchant.mchId, params.out_trade_no);
    if (order === undefined) return { problem: { status: 404, code: 'ORDER_NOT_FOUND' } };
    facts.outTradeNo = order.outTradeNo;
    const foreign = order.status === 'closed' ? undefined : findForeignHand(order);
    if (foreign !== undefined) return { problem: foreign };
    const closed = await refusedAsProblem(() => closeOrder(deps, deps.payingOf(merchant), order));
    if ('problem' in closed) return closed;
    facts.outcome = closed.value.kind;
    if (closed.value.kind !== 'closed') return { problem: toCloseProblem(closed.value) };
    return { status: 200, body: { order: toOrderResource(closed.value.order) } };
  };
}

/** The buyer may be paying at this moment, which takes seconds. */
const notClosedRetrySeconds = 5;

/** Why an order is not closed, as the client is told. */
export function toCloseProblem(outcome: Exclude<CloseOutcome, { kind: 'closed' }>): Problem {
  switch (outcome.kind) {
    case 'paid':
      return { status: 409, code: 'ORDER_PAID' };
    case 'not-closed':
      return { status: 503, code: 'ORDER_NOT_CLOSED', retryAfterSeconds: notClosedRetrySeconds };
    case 'overtaken':
      return { status: 503, code: 'ORDER_CHANGED_MEANWHILE', retryAfterSeconds: 1 };
    case 'under-way':
      return { status: 503, code: 'ORDER_PREPAY_UNDER_WAY', retryAfterSeconds: 1 };
    case 'rate':
      return toRateProblem(outcome.retryAfterSeconds);
    default:
      return outcome satisfies never;
  }
}
