import type { PaymentSucceeded } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { describeProblem } from './describe-problem.ts';
import { anyTransaction, toPaymentSucceeded, transactionResource } from './transaction-resource.ts';

/** What a query (查单) says about an order. */
export type QueriedTransaction =
  /** Paid. `refunded`: some or all of it was refunded since; ask for the refunds before delivering. */
  | { readonly state: 'paid'; readonly refunded: boolean; readonly payment: PaymentSucceeded }
  /** Not paid so far; also for any state that we do not know. An expired order stays here until it is closed. */
  | { readonly state: 'waiting'; readonly tradeState: string }
  /** Will not be paid any more. */
  | { readonly state: 'closed'; readonly tradeState: string };

/** PAYERROR and REVOKED are final for codes that a till scans; wx.requestPayment cannot go on from them either. */
const finalStates = new Set(['CLOSED', 'REVOKED', 'PAYERROR']);

/**
 * Reads a verified answer to a query.
 * @throws AppError WECHAT_RESPONSE_NOT_AUTHENTIC where it is about another order or merchant (a signature binds
 * an answer to no request); WECHAT_SYSTEM_ERROR where our schema refuses it.
 */
export function toQueriedTransaction(
  json: unknown,
  asked: { readonly mchId: string; readonly outTradeNo: string },
): QueriedTransaction {
  const parsed = anyTransaction.safeParse(json);
  if (!parsed.success) throw notUnderstood(describeProblem(parsed.error));
  const { mchid, out_trade_no, trade_state } = parsed.data;
  if (mchid !== asked.mchId || out_trade_no !== asked.outTradeNo) {
    throw new AppError('WECHAT_RESPONSE_NOT_AUTHENTIC', {
      details: { reason: 'answer_to_another_question' },
    });
  }
  if (finalStates.has(trade_state)) return { state: 'closed', tradeState: trade_state };
  if (trade_state !== 'SUCCESS' && trade_state !== 'REFUND') {
    return { state: 'waiting', tradeState: trade_state };
  }
  const paid = transactionResource.safeParse(json);
  if (!paid.success) throw notUnderstood(describeProblem(paid.error));
  return { state: 'paid', refunded: trade_state === 'REFUND', payment: toPaymentSucceeded(paid.data) };
}

function notUnderstood(problem: string): AppError {
  return new AppError('WECHAT_SYSTEM_ERROR', { details: { reason: 'answer_not_understood', problem } });
}
