import type { AppError } from '@huidiao/errors';
import type { Problem } from '../http/problem.ts';
import type { NotPrepaid } from './prepay-in-turn.ts';

/** Why no payment was started, as the client is told. */
export function toPrepayProblem(outcome: NotPrepaid): Problem {
  switch (outcome.kind) {
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
export function toRefusalDetail({ details: { remoteCode } }: AppError): string {
  return `WeChat Pay refused the order${remoteCode === undefined ? '' : `: ${String(remoteCode)}`}.`;
}
