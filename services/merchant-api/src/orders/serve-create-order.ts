import type { CreateOrderResponse, Merchant, MerchantApi } from '@huidiao/contracts';
import type { EndpointHandler, EndpointReply } from '../http/endpoint-handler.ts';
import type { Problem } from '../http/problem.ts';
import { toRemoteFacts } from '../http/request-facts.ts';
import {
  type CreateOrderDeps,
  type CreateOrderOutcome,
  createOrder,
  type PayingMerchant,
} from './create-order.ts';
import { toOrderResource } from './to-order-resource.ts';

export interface CreateOrderEndpointDeps extends CreateOrderDeps {
  /** What starts the payments of a merchant. */
  readonly payingOf: (merchant: Merchant) => PayingMerchant;
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
    case 'not-payable':
      return { status: 409, code: 'ORDER_NOT_PAYABLE', detail: `The order is ${outcome.reason}.` };
    case 'number-used':
      return { status: 409, code: 'ORDER_NUMBER_USED' };
    case 'refused':
      return { status: 422, code: 'WECHAT_REFUSED', detail: toRefusalDetail(outcome.error) };
    case 'under-way':
      return { status: 503, code: 'ORDER_PREPAY_UNDER_WAY', retryAfterSeconds: 1 };
    default:
      return outcome satisfies never;
  }
}

/** WeChat's code, for whoever looks it up; its text may quote what was sent. */
function toRefusalDetail(error: Extract<CreateOrderOutcome, { kind: 'refused' }>['error']): string {
  const { remoteCode } = error.details;
  return `WeChat Pay refused the order${remoteCode === undefined ? '' : `: ${String(remoteCode)}`}.`;
}
