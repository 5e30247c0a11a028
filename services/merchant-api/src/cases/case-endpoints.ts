import type { MerchantApi, ReadCaseResponse } from '@huidiao/contracts';
import type { Order, Store } from '@huidiao/store';
import type { EndpointHandler, Handlers } from '../http/endpoint-handler.ts';
import type { Problem } from '../http/problem.ts';
import { pageOrNothing, wrongCursor } from '../orders/serve-list-orders.ts';
import { toOrderResource } from '../orders/to-order-resource.ts';
import { caseQueues, toCaseCodes } from './case-kinds.ts';
import { type DecideCaseDeps, type DecideOutcome, decideCase } from './decide-case.ts';
import { type FoundCase, findCase, toCase } from './found-case.ts';
import { mayDecide } from './may-decide.ts';
import { toCaseResource } from './to-case-resource.ts';

export interface CaseEndpointDeps extends DecideCaseDeps {
  readonly deadLetters: DecideCaseDeps['deadLetters'] & Pick<Store['deadLetters'], 'list'>;
}

/** The worklist of what went wrong (掉单). */
export function caseEndpointHandlers(
  deps: CaseEndpointDeps,
): Handlers<'listCases' | 'readCase' | 'decideCase'> {
  return { listCases: serveList(deps), readCase: serveRead(deps), decideCase: serveDecide(deps) };
}

const usualLimit = 50;
const notFound: Problem = { status: 404, code: 'CASE_NOT_FOUND' };

function serveList({ deadLetters }: CaseEndpointDeps): EndpointHandler<MerchantApi['listCases']> {
  return async ({ query, caller: { merchant }, facts }) => {
    const { kind, held: isHeld, state, limit = usualLimit, cursor: after } = query;
    const inState = state === 'under_way' ? 'replayed' : 'open';
    const open = { state: inState, queues: caseQueues, mchId: merchant.mchId } as const;
    const wanted = { ...open, errorCodes: toCaseCodes(kind), isHeld, limit, after };
    const page = await pageOrNothing(() => deadLetters.list(wanted));
    if (page === undefined) return { problem: wrongCursor };
    facts.outcome = 'listed';
    const cases = page.deadLetters
      .map(toCase)
      .flatMap((found) => (found === undefined ? [] : [toCaseResource(found)]));
    return { status: 200, body: page.next === undefined ? { cases } : { cases, next_cursor: page.next } };
  };
}

function serveRead(deps: CaseEndpointDeps): EndpointHandler<MerchantApi['readCase']> {
  return async ({ params, caller: { merchant }, facts }) => {
    const read = await findCase(deps, merchant.mchId, params.case_id);
    if (read === undefined) return { problem: notFound };
    facts.outcome = 'read';
    return { status: 200, body: toBody(read) };
  };
}

function serveDecide(deps: CaseEndpointDeps): EndpointHandler<MerchantApi['decideCase']> {
  return async ({ params, body, caller: { merchant }, facts }) => {
    const { mchId } = merchant;
    const named = { mchId, caseId: params.case_id, requestId: facts.requestId };
    const outcome = await decideCase(deps, { ...body, ...named });
    facts.outcome = outcome.kind === 'decided' ? body.decision : outcome.kind;
    if (outcome.kind !== 'decided') return { problem: toProblem(outcome) };
    const read = await findCase(deps, mchId, params.case_id);
    return read === undefined ? { problem: notFound } : { status: 200, body: toBody(read) };
  };
}

function toBody({ found, order }: { found: FoundCase; order: Order | undefined }): ReadCaseResponse {
  const shown = { case: toCaseResource(found), may_decide: mayDecide(found, order) };
  return order === undefined ? shown : { ...shown, order: toOrderResource(order) };
}

function toProblem(outcome: Exclude<DecideOutcome, { kind: 'decided' }>): Problem {
  switch (outcome.kind) {
    case 'not-found':
      return notFound;
    case 'decided-otherwise':
      return { status: 409, code: 'CASE_DECIDED' };
    case 'not-possible':
      return { status: 409, code: 'CASE_DECISION_NOT_POSSIBLE' };
    case 'nothing-to-refund': {
      const detail = 'Nothing is left of the payment to be refunded.';
      return { status: 409, code: 'CASE_DECISION_NOT_POSSIBLE', detail };
    }
    default:
      return outcome satisfies never;
  }
}
