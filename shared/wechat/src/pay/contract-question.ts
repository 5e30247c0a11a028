import type { NotedEventOf } from '@huidiao/contracts';
import type { ToldFact } from '../genuine-callback.ts';

/** ENTRUST.TERMINATE_INQUIRY: a user wants to end a deduction contract (委托代扣), and WeChat Pay asks whether it may. */
export interface ContractQuestion {
  readonly kind: 'contract-termination';
  /** What it asks about; undefined where our schema refused the resource, for an answer is owed nevertheless. */
  readonly contract: NotedEventOf<'contract.termination_asked'> | undefined;
}

/** Whether a notification of this type is a question, and which. */
export function toContractQuestion(eventType: string, fact: ToldFact): ContractQuestion | undefined {
  if (eventType !== 'ENTRUST.TERMINATE_INQUIRY') return undefined;
  const { event } = fact;
  return {
    kind: 'contract-termination',
    contract: event.type === 'contract.termination_asked' ? event : undefined,
  };
}

/** An answer to WeChat Pay: the HTTP status, and the body to be written as JSON. */
export interface ContractReply {
  readonly status: 200 | 403;
  readonly body: { readonly code: 'SUCCESS' | 'FAIL'; readonly message: string };
}

/**
 * The answer to a question. What WeChat Pay publishes of its shape is short: any of the statuses 20X, 4XX and 5XX, and
 * a body whose `code` is SUCCESS or FAIL with a `message` (https://pay.weixin.qq.com/doc/v3/merchant/4012978455 with
 * https://github.com/wechatpay-im/website/blob/35a35c5616a62303ae1671f3715b010333f26042/webhook/v3/ENTRUST.TERMINATE_INQUIRY.md).
 * It does not say which of the two decides. Elsewhere in API v3 the status alone does, so that a FAIL under 200 would
 * allow what the merchant refuses: status and code therefore always say the same. The price of a refusal is that the
 * question may be asked again, as a notification that was not taken is.
 */
export function toContractReply(_question: ContractQuestion, decision: 'allow' | 'refuse'): ContractReply {
  return decision === 'allow'
    ? { status: 200, body: { code: 'SUCCESS', message: 'OK' } }
    : { status: 403, body: { code: 'FAIL', message: 'The contract may not be terminated.' } };
}
