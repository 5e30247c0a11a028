import type { CreateOrderResponse, MerchantApi } from '@huidiao/contracts';
import type { EndpointHandler, EndpointReply } from '../http/endpoint-handler.ts';
import type { Problem } from '../http/problem.ts';
import { toRemoteFacts } from '../http/request-facts.ts';
import { type CreateOrderDeps, type CreateOrderOutcome, createOrder } from './create-order.ts';
import type { PayingOf } from './paying-merchant.ts';
import { toPrepayProblem } from './prepay-problem.ts';
import { toOrderResource } from './to-order-resource.ts';

export interface CreateOrderEndpointDeps extends CreateOrderDeps {
  readonly payingOf: PayingOf;
}

type CreateOrderEndpoint = MerchantApi['createOrder'];

/** `POST /v1/orders`: 201 the first time, 200 when repeated. */
export function serveCreateOrder(deps: CreateOrderEndpointDeps): EndpointHandler<CreateOrderEndpoint> {
  return async ({ body, caller, facts }) => {
    facts.outTradeNo = body.out_trade_no;
    const outcome = await createOrder(deps, deps.payingOf(caller.merchant), body);
    const refusal = outcome.kind === 'refused' ? toRemoteFacts(outcome.error) : {};
    Object.assign(facts, { outcome: outcome.kind, ...refusal });
    return isSuccess(outcome) ? toReply(outcome) : { problem: toOutcomeProblem(outcome) };
  };
}

type Success = Extract<CreateOrderOutcome, { kind: 'registered' | 'payable' }>;

function isSuccess(outcome: CreateOrderOutcome): outcome is Success {
  return outcome.kind === 'registered' || outcome.kind === 'payable';
}

function toReply(outcome: Success): EndpointReply<CreateOrderEndpoint> {
  const order = toOrderResource(outcome.order);
  const body: CreateOrderResponse =
    outcome.kind === 'payable' ? { order, payment: outcome.payment } : { order };
  if (!outcome.isNew) return { status: 200, body };
  const location = `/v1/orders/${encodeURIComponent(order.out_trade_no)}`;
  return { status: 201, body, headers: { location } };
}

function toOutcomeProblem(outcome: Exclude<CreateOrderOutcome, Success>): Problem {
  switch (outcome.kind) {
    case 'invalid':
      return { status: 400, code: 'REQUEST_INVALID', errors: outcome.errors };
    case 'conflict':
      return { status: 409, code: 'ORDER_CONFLICT' };
    default:
      return toPrepayProblem(outcome);
  }
}
