import type { CaseResource } from '@huidiao/contracts';
import type { DeadLetterAction, StoredDeadLetter } from '@huidiao/store';
import type { FoundCase } from './found-case.ts';

/** A case as the merchant sees it: what WeChat Pay told beside what the order wanted. Nobody's openid. */
export function toCaseResource({ letter, kind, payment, refund, refundRequest }: FoundCase): CaseResource {
  const expected = toExpected(letter.details);
  const billed = toBilled(letter.details);
  return {
    case_id: letter.jobId,
    kind,
    state: toState(letter),
    code: letter.errorCode,
    ...(letter.outTradeNo === undefined ? {} : { out_trade_no: letter.outTradeNo }),
    ...(payment === undefined ? {} : { payment: toPayment(payment) }),
    ...(refund === undefined ? {} : { refund: toRefund(refund) }),
    ...(refundRequest === undefined ? {} : { refund: toWantedRefund(refundRequest) }),
    ...(expected === undefined ? {} : { expected }),
    ...(billed === undefined ? {} : { billed }),
    first_seen_at: letter.firstAttemptAt.toISOString(),
    last_seen_at: letter.failedAt.toISOString(),
    times: letter.times,
    history: letter.history.map(toAction),
  };
}

function toState({ state, heldAt }: StoredDeadLetter): CaseResource['state'] {
  if (state === 'open') return heldAt === undefined ? 'open' : 'held';
  return state === 'replayed' ? 'under_way' : state;
}

function toPayment(payment: NonNullable<FoundCase['payment']>): CaseResource['payment'] {
  const { transactionId, appId, amountFen, currency, successTime } = payment;
  return {
    transaction_id: transactionId,
    appid: appId,
    amount: { total: amountFen, currency },
    ...(successTime === undefined ? {} : { success_time: successTime }),
  };
}

function toRefund({
  refundId,
  outRefundNo,
  refundFen,
}: NonNullable<FoundCase['refund']>): CaseResource['refund'] {
  return { refund_id: refundId, out_refund_no: outRefundNo, amount: { refund: refundFen } };
}

/** WeChat Pay need not have heard of it. */
function toWantedRefund({
  outRefundNo,
  refundFen,
}: NonNullable<FoundCase['refundRequest']>): CaseResource['refund'] {
  return { out_refund_no: outRefundNo, amount: { refund: refundFen } };
}

/** What the order wanted is among the details of the refusal. */
function toExpected(details: StoredDeadLetter['details']): CaseResource['expected'] {
  const { orderAmountFen, orderCurrency } = details;
  if (typeof orderAmountFen !== 'number' || typeof orderCurrency !== 'string') return undefined;
  return { total: orderAmountFen, currency: orderCurrency };
}

function toBilled({ billDate, billedFen }: StoredDeadLetter['details']): CaseResource['billed'] {
  if (typeof billDate !== 'string' || typeof billedFen !== 'number') return undefined;
  return { bill_date: billDate, amount: billedFen };
}

function toAction({ at, action, decision, by, reason }: DeadLetterAction): CaseResource['history'][number] {
  return {
    at: at.toISOString(),
    action,
    ...(decision === undefined ? {} : { decision }),
    ...(by === undefined ? {} : { by }),
    ...(reason === undefined ? {} : { note: reason }),
  };
}
