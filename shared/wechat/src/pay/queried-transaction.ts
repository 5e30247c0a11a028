import { appId, mchId, type PaymentSucceeded } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { z } from 'zod';
import { describeProblem } from './describe-problem.ts';
import { toDirectWords, toDirectWordsOfPart } from './direct-words.ts';
import { anyTransaction, toPaymentSucceeded, transactionResource } from './transaction-resource.ts';

/** What a query (查单) says about an order. */
export type QueriedTransaction =
  /** Paid. `refunded`: some or all of it was refunded since; ask for the refunds before delivering. */
  | { readonly state: 'paid'; readonly refunded: boolean; readonly payment: PaymentSucceeded }
  /** Not paid so far; also for any state that we do not know. An expired order stays here until it is closed. */
  | { readonly state: 'waiting'; readonly tradeState: string }
  /** Will not be paid any more. */
  | { readonly state: 'closed'; readonly tradeState: string };

/** What a query says of the parts of a combined order, by their out_trade_no. */
export type QueriedParts = ReadonlyMap<string, QueriedTransaction>;

/** PAYERROR and REVOKED are final for codes that a till scans; wx.requestPayment cannot go on from them either. */
const finalStates = new Set(['CLOSED', 'REVOKED', 'PAYERROR']);

/**
 * Reads a verified answer to a query, of a direct merchant's order or of one below a service provider.
 * @throws AppError WECHAT_RESPONSE_NOT_AUTHENTIC where it is about another order or merchant (a signature binds
 * an answer to no request); WECHAT_SYSTEM_ERROR where our schema refuses it.
 */
export function toQueriedTransaction(
  json: unknown,
  asked: { readonly mchId: string; readonly outTradeNo: string; readonly subMchId?: string | undefined },
): QueriedTransaction {
  const resource = looseResource.safeParse(json);
  if (!resource.success) throw notUnderstood(describeProblem(resource.error));
  const transaction = asked.subMchId === undefined ? resource.data : toDirectWords(resource.data);
  const isOfAsked = asked.subMchId === undefined || resource.data.sub_mchid === asked.subMchId;
  return readTransaction(transaction, { ...asked, isOfAsked });
}

const looseResource = z.looseObject({});
const combinedResource = z.looseObject({
  combine_mchid: mchId,
  combine_appid: appId,
  combine_out_trade_no: z.string().min(1).max(64),
  sub_orders: z.array(z.looseObject({ out_trade_no: z.string().min(1).max(64) })).max(50),
});

/**
 * Reads a verified answer to the query of a combined order.
 * @throws AppError as toQueriedTransaction
 */
export function toQueriedParts(
  json: unknown,
  asked: { readonly mchId: string; readonly combineOutTradeNo: string },
): QueriedParts {
  const parsed = combinedResource.safeParse(json);
  if (!parsed.success) throw notUnderstood(describeProblem(parsed.error));
  const { combine_mchid, combine_out_trade_no: combineOutTradeNo, sub_orders } = parsed.data;
  if (combine_mchid !== asked.mchId || combineOutTradeNo !== asked.combineOutTradeNo) throw notAsked();
  return new Map(
    sub_orders.map((part) => {
      const { out_trade_no: outTradeNo } = part;
      const words = toDirectWordsOfPart(parsed.data, part);
      const found = readTransaction(words, { mchId: asked.mchId, outTradeNo, isOfAsked: true });
      return [
        outTradeNo,
        found.state === 'paid' ? { ...found, payment: { ...found.payment, combineOutTradeNo } } : found,
      ];
    }),
  );
}

interface Asked {
  readonly mchId: string;
  readonly outTradeNo: string;
  readonly isOfAsked: boolean;
}

function readTransaction(transaction: unknown, asked: Asked): QueriedTransaction {
  const parsed = anyTransaction.safeParse(transaction);
  if (!parsed.success) throw notUnderstood(describeProblem(parsed.error));
  const { mchid, out_trade_no, trade_state } = parsed.data;
  if (!asked.isOfAsked || mchid !== asked.mchId || out_trade_no !== asked.outTradeNo) throw notAsked();
  if (finalStates.has(trade_state)) return { state: 'closed', tradeState: trade_state };
  if (trade_state !== 'SUCCESS' && trade_state !== 'REFUND') {
    return { state: 'waiting', tradeState: trade_state };
  }
  const paid = transactionResource.safeParse(transaction);
  if (!paid.success) throw notUnderstood(describeProblem(paid.error));
  return { state: 'paid', refunded: trade_state === 'REFUND', payment: toPaymentSucceeded(paid.data) };
}

function notAsked(): AppError {
  return new AppError('WECHAT_RESPONSE_NOT_AUTHENTIC', { details: { reason: 'answer_to_another_question' } });
}

function notUnderstood(problem: string): AppError {
  return new AppError('WECHAT_SYSTEM_ERROR', { details: { reason: 'answer_not_understood', problem } });
}
