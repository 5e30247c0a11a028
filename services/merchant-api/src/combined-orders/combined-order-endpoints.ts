import type { MerchantApi } from '@huidiao/contracts';
import type { Store } from '@huidiao/store';
import type { Caller, EndpointHandler, Handlers } from '../http/endpoint-handler.ts';
import type { Problem } from '../http/problem.ts';
import { toRemoteFacts } from '../http/request-facts.ts';
import type { PayingOf } from '../orders/paying-merchant.ts';
import { toPrepayProblem } from '../orders/prepay-problem.ts';
import { toCloseProblem } from '../orders/serve-close-order.ts';
import { refusedAsProblem } from '../orders/serve-query-order.ts';
import { type CloseCombinedDeps, closeCombinedOrder } from './close-combined-order.ts';
import { type CombinedWhole, findWhole, toCombinedResource } from './combined-whole.ts';
import {
  type CreateCombinedOrderDeps,
  type CreateCombinedOutcome,
  createCombinedOrder,
  type TakenNumber,
} from './create-combined-order.ts';
import { prepayCombined } from './prepay-combined.ts';

export interface CombinedOrderEndpointDeps
  extends Omit<CreateCombinedOrderDeps, 'orders' | 'combinedOrders'>,
    Omit<CloseCombinedDeps, 'orders' | 'combinedOrders'> {
  readonly orders: Store['orders'];
  readonly combinedOrders: Store['combinedOrders'];
  readonly producer: CreateCombinedOrderDeps['producer'];
  readonly payingOf: PayingOf;
}

type Names = 'createCombinedOrder' | 'readCombinedOrder' | 'closeCombinedOrder' | 'signCombinedPayment';

/** What combined orders (合单) can be asked. */
export function combinedOrderEndpointHandlers(deps: CombinedOrderEndpointDeps): Handlers<Names> {
  return {
    createCombinedOrder: serveCreate(deps),
    readCombinedOrder: serveRead(deps),
    closeCombinedOrder: serveClose(deps),
    signCombinedPayment: serveSign(deps),
  };
}

const notFound: Problem = { status: 404, code: 'COMBINED_ORDER_NOT_FOUND' };

function serveCreate(deps: CombinedOrderEndpointDeps): EndpointHandler<MerchantApi['createCombinedOrder']> {
  return async ({ body: request, caller, facts }) => {
    facts.outTradeNo = request.combine_out_trade_no;
    const outcome = await createCombinedOrder(deps, deps.payingOf(caller.merchant), request);
    const refusal = outcome.kind === 'refused' ? toRemoteFacts(outcome.error) : {};
    Object.assign(facts, { outcome: outcome.kind, ...refusal });
    if (outcome.kind !== 'payable')
      return { problem: toOutcomeProblem(outcome, request.combine_out_trade_no) };
    const body = { combined_order: toCombinedResource(outcome.order), payment: outcome.payment };
    if (!outcome.isNew) return { status: 200, body };
    const location = `/v1/combined-orders/${encodeURIComponent(request.combine_out_trade_no)}`;
    return { status: 201, body, headers: { location } };
  };
}

function toOutcomeProblem(
  outcome: Exclude<CreateCombinedOutcome, { kind: 'payable' }>,
  wanted: string,
): Problem {
  switch (outcome.kind) {
    case 'invalid':
      return { status: 400, code: 'REQUEST_INVALID', errors: outcome.errors };
    case 'conflict':
      return { status: 409, code: 'ORDER_CONFLICT', detail: toConflictDetail(outcome, wanted) };
    case 'not-configured': {
      const detail = `The merchant ${outcome.mchId} is not configured here.`;
      return { status: 422, code: 'COMBINED_PART_NOT_CONFIGURED', detail };
    }
    default:
      return toPrepayProblem(outcome);
  }
}

/** @param wanted the number of the whole */
function toConflictDetail({ outTradeNo, isWholeSpent }: TakenNumber, wanted: string): string {
  const taken = `The number ${outTradeNo} is taken.`;
  const isOfPart = outTradeNo !== wanted;
  return isOfPart && isWholeSpent
    ? `${taken} That of the whole, ${wanted}, is spent: choose another.`
    : taken;
}

function serveRead(deps: CombinedOrderEndpointDeps): EndpointHandler<MerchantApi['readCombinedOrder']> {
  return async ({ params, caller: { merchant }, facts }) => {
    const whole = await findWhole(deps, merchant.mchId, params.combine_out_trade_no);
    if (whole === undefined) return { problem: notFound };
    Object.assign(facts, { outTradeNo: whole.combined.combineOutTradeNo, outcome: 'read' });
    return { status: 200, body: { combined_order: toCombinedResource(whole) } };
  };
}

function serveClose(deps: CombinedOrderEndpointDeps): EndpointHandler<MerchantApi['closeCombinedOrder']> {
  return async ({ params, caller: { merchant }, facts }) => {
    const whole = await findWhole(deps, merchant.mchId, params.combine_out_trade_no);
    if (whole === undefined) return { problem: notFound };
    facts.outTradeNo = whole.combined.combineOutTradeNo;
    const closed = await refusedAsProblem(() => closeCombinedOrder(deps, deps.payingOf(merchant), whole));
    if ('problem' in closed) return closed;
    facts.outcome = closed.value.kind;
    if (closed.value.kind !== 'closed') return { problem: toCloseProblem(closed.value) };
    return { status: 200, body: { combined_order: toCombinedResource(closed.value.whole) } };
  };
}

function serveSign(deps: CombinedOrderEndpointDeps): EndpointHandler<MerchantApi['signCombinedPayment']> {
  return async ({ params, caller, facts }) => {
    const whole = await findWhole(deps, caller.merchant.mchId, params.combine_out_trade_no);
    if (whole === undefined || !isOf(caller, whole)) return { problem: notFound };
    facts.outTradeNo = whole.combined.combineOutTradeNo;
    const outcome = await prepayCombined(deps, deps.payingOf(caller.merchant).client, whole);
    const refusal = outcome.kind === 'refused' ? toRemoteFacts(outcome.error) : {};
    Object.assign(facts, { outcome: outcome.kind, ...refusal });
    if (outcome.kind !== 'payable') return { problem: toPrepayProblem(outcome) };
    return { status: 200, body: { payment: outcome.payment } };
  };
}

/** A user sees only what they buy; any other is as unknown as one that does not exist. */
function isOf(caller: Caller, { combined, orders }: CombinedWhole): boolean {
  if (caller.kind === 'api_key') return true;
  return combined.appId === caller.appId && orders.some(({ openId }) => openId === caller.openId);
}
