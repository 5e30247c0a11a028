import { type CreateOrderResponse, createOrderRequest, type Merchant } from '@huidiao/contracts';
import type { RequestHandler, Response } from 'express';
import type { z } from 'zod';
import { type Problem, sendProblem } from '../http/problem.ts';
import { merchantOf, requestFactsOf, toRemoteFacts } from '../http/request-facts.ts';
import {
  type CreateOrderDeps,
  type CreateOrderOutcome,
  createOrder,
  type FieldError,
  type PayingMerchant,
} from '../orders/create-order.ts';
import { toOrderResource } from '../orders/to-order-resource.ts';

export interface CreateOrderRouteDeps extends CreateOrderDeps {
  /** What starts the payments of a merchant. */
  readonly payingOf: (merchant: Merchant) => PayingMerchant;
}

/** `POST /v1/orders`: 201 the first time, 200 when repeated. */
export function createOrderRoute(deps: CreateOrderRouteDeps): RequestHandler {
  return async (req, res) => {
    const parsed = createOrderRequest.safeParse(req.body);
    if (!parsed.success) {
      sendProblem(res, { status: 400, code: 'REQUEST_INVALID', errors: toFieldErrors(parsed.error) });
      return;
    }
    requestFactsOf(res).outTradeNo = parsed.data.out_trade_no;
    const outcome = await createOrder(deps, deps.payingOf(merchantOf(res)), parsed.data);
    const refusal = outcome.kind === 'refused' ? toRemoteFacts(outcome.error) : {};
    Object.assign(requestFactsOf(res), { outcome: outcome.kind, ...refusal });
    if (isSuccess(outcome)) sendOrder(res, outcome);
    else sendProblem(res, toOutcomeProblem(outcome));
  };
}

type Success = Extract<CreateOrderOutcome, { kind: 'registered' | 'payable' }>;

function isSuccess(outcome: CreateOrderOutcome): outcome is Success {
  return outcome.kind === 'registered' || outcome.kind === 'payable';
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

function sendOrder(res: Response, outcome: Success): void {
  const order = toOrderResource(outcome.order);
  const body: CreateOrderResponse =
    outcome.kind === 'payable' ? { order, payment: outcome.payment } : { order };
  if (outcome.isNew) res.location(`/v1/orders/${encodeURIComponent(order.out_trade_no)}`);
  res.status(outcome.isNew ? 201 : 200).json(body);
}

/** WeChat's code, for whoever looks it up; its text may quote what was sent. */
function toRefusalDetail(error: Extract<CreateOrderOutcome, { kind: 'refused' }>['error']): string {
  const { remoteCode } = error.details;
  return `WeChat Pay refused the order${remoteCode === undefined ? '' : `: ${String(remoteCode)}`}.`;
}

/** One entry for each field; a field that the schema does not know is named itself. */
function toFieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        field: [...path, key].join('.'),
        message: 'is not a field of an order',
      }));
    }
    return [{ field: path.length === 0 ? 'body' : path.join('.'), message: issue.message }];
  });
}
