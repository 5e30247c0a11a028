import type { Clock, MerchantApi } from '@huidiao/contracts';
import type { Store } from '@huidiao/store';
import { judgeBillDate, mostBillDaysBack, toBillReadyAt } from '@huidiao/wechat';
import type { EndpointHandler, Handlers } from '../http/endpoint-handler.ts';
import type { Problem } from '../http/problem.ts';
import { toBillProofResource } from './to-bill-proof-resource.ts';

export interface BillEndpointDeps {
  readonly billDays: Pick<Store['billDays'], 'find' | 'request'>;
  readonly clock: Clock;
}

/** What can be asked of the bills of a merchant. */
export function billEndpointHandlers(deps: BillEndpointDeps): Handlers<'readBillProof' | 'checkBill'> {
  return { readBillProof: serveReadBillProof(deps), checkBill: serveCheckBill(deps) };
}

/** `GET /v1/bills/{bill_date}`: as the last check found it. */
function serveReadBillProof({ billDays }: BillEndpointDeps): EndpointHandler<MerchantApi['readBillProof']> {
  return async ({ params, caller }) => {
    const day = await billDays.find(caller.merchant.mchId, params.bill_date);
    if (day === undefined) return { problem: { status: 404, code: 'BILL_NOT_CHECKED' } };
    return { status: 200, body: toBillProofResource(day) };
  };
}

/** `POST /v1/bills/{bill_date}/check`: a reconciler does it soon, and once for any number of requests before it begins. */
function serveCheckBill({ billDays, clock }: BillEndpointDeps): EndpointHandler<MerchantApi['checkBill']> {
  return async ({ params, caller }) => {
    const problem = toDateProblem(params.bill_date, clock.now());
    if (problem !== undefined) return { problem };
    return {
      status: 202,
      body: toBillProofResource(await billDays.request(caller.merchant.mchId, params.bill_date)),
    };
  };
}

function toDateProblem(billDate: string, now: Date): Problem | undefined {
  const verdict = judgeBillDate(billDate, now);
  switch (verdict) {
    case 'possible':
      return undefined;
    case 'not_yet': {
      const readyAt = toBillReadyAt(billDate);
      const retryAfterSeconds = Math.ceil((readyAt.getTime() - now.getTime()) / 1_000);
      const detail = `The bill of ${billDate} is there from ${readyAt.toISOString()} on.`;
      return { status: 409, code: 'BILL_NOT_READY', detail, retryAfterSeconds };
    }
    case 'not_past':
      return { status: 409, code: 'BILL_DATE_NOT_POSSIBLE', detail: 'The day is not over in Beijing.' };
    case 'too_old':
      return {
        status: 409,
        code: 'BILL_DATE_NOT_POSSIBLE',
        detail: `The day is more than ${mostBillDaysBack} days ago.`,
      };
    default:
      return verdict satisfies never;
  }
}
