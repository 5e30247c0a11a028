import { isPastPayment, type OrderAnswer, type QueriedDates } from '@huidiao/contracts';
import { toAppError } from '@huidiao/errors';
import type { PayClient } from './pay-client.ts';
import type { QueriedTransaction } from './queried-transaction.ts';

/** What asks about an order that is paid by itself. */
export type QueryingClient = Pick<PayClient, 'queryByOutTradeNo' | 'closeByOutTradeNo'>;

/** An order as far as WeChat Pay is asked about it. */
export interface AskedOrder extends QueriedDates {
  readonly outTradeNo: string;
  /** 子商户号, where a service provider asks. */
  readonly subMchId?: string;
}

/** What WeChat Pay calls an order that it does not have. */
export const notThere = 'ORDER_NOT_EXIST';

/** What a query says where WeChat Pay has no such order. */
type Queried = QueriedTransaction | { readonly state: 'unknown'; readonly tradeState: string };

/**
 * Asks WeChat Pay what became of an order, and ends it once nobody can pay any more. A query decides, never a close:
 * that answers 204 for whatever number, and fails with FREQUENCY_LIMITED while a buyer is paying
 * (https://developers.weixin.qq.com/community/pay/doc/000ac25b728328e60221a8d536b000,
 * https://developers.weixin.qq.com/community/develop/doc/00024ef66683385500b216e3060000).
 *
 * | WeChat Pay says | while it can be paid | after that, ours | after that, prepaid elsewhere |
 * |---|---|---|---|
 * | SUCCESS, REFUND | paid | paid | paid |
 * | CLOSED, REVOKED, PAYERROR | ended | ended | ended |
 * | NOTPAY, USERPAYING, … | open | close, query again: whatever that says | ended: not our number to close |
 * | no such order | open: not prepaid yet | the same; still no such order: ended | ended |
 *
 * An expired order stays NOTPAY at WeChat Pay until it is closed. https://pay.weixin.qq.com/doc/v3/merchant/4012556398
 *
 * @throws AppError WECHAT_*: nothing is known then
 */
export async function askAboutOrder(
  client: QueryingClient,
  order: AskedOrder,
  now: Date,
): Promise<OrderAnswer> {
  const first = await query(client, order);
  if (first.state === 'paid') return first;
  const { tradeState } = first;
  if (first.state === 'closed') return { state: 'ended', tradeState };
  if (!isPastPayment(order, now)) return { state: 'open', tradeState };
  return order.prepay ? closeAndAskAgain(client, order) : { state: 'ended', tradeState };
}

/** Only asks: what nobody paid so far stays open, however long it can be paid. @throws AppError WECHAT_* */
export async function queryOrder(
  client: Pick<QueryingClient, 'queryByOutTradeNo'>,
  order: AskedOrder,
): Promise<OrderAnswer> {
  const found = await query(client, order);
  if (found.state === 'paid') return found;
  const { tradeState } = found;
  return { state: found.state === 'closed' ? 'ended' : 'open', tradeState };
}

/**
 * Ends an order of ours although it could still be paid: asks, closes, and asks again.
 * @returns open where it was not closed, so that the buyer may still pay
 * @throws AppError WECHAT_*: nothing is known then
 */
export async function endOrder(client: QueryingClient, order: AskedOrder): Promise<OrderAnswer> {
  const first = await query(client, order);
  if (first.state === 'paid') return first;
  if (first.state === 'closed') return { state: 'ended', tradeState: first.tradeState };
  return closeAndAskAgain(client, order);
}

/** The most calls that ending an order takes. */
export const callsToEnd = 3;

/** How many calls askAboutOrder makes at most; the same for a combined order as a whole. */
export function toMostCalls(order: QueriedDates, now: Date): number {
  return order.prepay && isPastPayment(order, now) ? callsToEnd : 1;
}

async function closeAndAskAgain(client: QueryingClient, order: AskedOrder): Promise<OrderAnswer> {
  const closeErrorCode = await toFailureCode(client.closeByOutTradeNo(order.outTradeNo, order));
  const second = await query(client, order);
  if (second.state === 'paid') return second;
  const { tradeState } = second;
  if (second.state !== 'waiting') return { state: 'ended', tradeState };
  return { state: 'open', tradeState, ...(closeErrorCode === undefined ? {} : { closeErrorCode }) };
}

async function query(client: Pick<QueryingClient, 'queryByOutTradeNo'>, order: AskedOrder): Promise<Queried> {
  try {
    return await client.queryByOutTradeNo(order.outTradeNo, order);
  } catch (error) {
    if (toAppError(error).code !== 'ORDER_NOT_FOUND') throw error;
    return { state: 'unknown', tradeState: notThere };
  }
}

/** The code of a close that failed: whether the order is closed is for the query to say. */
export async function toFailureCode(closing: Promise<void>): Promise<string | undefined> {
  try {
    await closing;
    return undefined;
  } catch (error) {
    return toAppError(error).code;
  }
}
