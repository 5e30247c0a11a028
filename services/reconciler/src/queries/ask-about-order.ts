import { toAppError } from '@huidiao/errors';
import type { Order } from '@huidiao/store';
import type { PayClient, QueriedTransaction } from '@huidiao/wechat';
import { isPastPayment } from './to-next-query-at.ts';

export type QueryingClient = Pick<PayClient, 'queryByOutTradeNo' | 'closeByOutTradeNo'>;

/** What WeChat Pay says of an order, as far as it matters to us. */
export type OrderAnswer =
  | Extract<QueriedTransaction, { state: 'paid' }>
  /** Nobody paid it, and nobody will. */
  | { readonly state: 'ended'; readonly tradeState: string }
  /** Nobody paid it so far. `closeErrorCode`: it should have been closed, and was not. */
  | { readonly state: 'open'; readonly tradeState: string; readonly closeErrorCode?: string };

/** What a query says where WeChat Pay has no such order. */
type Queried = QueriedTransaction | { readonly state: 'unknown'; readonly tradeState: string };

/**
 * Asks WeChat Pay what became of an order. A query decides, never a close: that answers 204 for whatever number, and
 * fails with FREQUENCY_LIMITED while a buyer is paying
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
export async function askAboutOrder(client: QueryingClient, order: Order, now: Date): Promise<OrderAnswer> {
  const first = await query(client, order.outTradeNo);
  if (first.state === 'paid') return first;
  const { tradeState } = first;
  if (first.state === 'closed') return { state: 'ended', tradeState };
  if (!isPastPayment(order, now)) return { state: 'open', tradeState };
  return order.prepay ? closeAndAskAgain(client, order) : { state: 'ended', tradeState };
}

/** How many calls askAboutOrder makes at most. */
export function toMostCalls(order: Order, now: Date): number {
  return order.prepay && isPastPayment(order, now) ? 3 : 1;
}

async function closeAndAskAgain(client: QueryingClient, { outTradeNo }: Order): Promise<OrderAnswer> {
  const closeErrorCode = await close(client, outTradeNo);
  const second = await query(client, outTradeNo);
  if (second.state === 'paid') return second;
  const { tradeState } = second;
  if (second.state !== 'waiting') return { state: 'ended', tradeState };
  return { state: 'open', tradeState, ...(closeErrorCode === undefined ? {} : { closeErrorCode }) };
}

async function query(client: QueryingClient, outTradeNo: string): Promise<Queried> {
  try {
    return await client.queryByOutTradeNo(outTradeNo);
  } catch (error) {
    if (toAppError(error).code !== 'ORDER_NOT_FOUND') throw error;
    return { state: 'unknown', tradeState: 'ORDER_NOT_EXIST' };
  }
}

/** Gives the code of a failure: whether the order is closed is for the query to say. */
async function close(client: QueryingClient, outTradeNo: string): Promise<string | undefined> {
  try {
    await client.closeByOutTradeNo(outTradeNo);
    return undefined;
  } catch (error) {
    return toAppError(error).code;
  }
}
