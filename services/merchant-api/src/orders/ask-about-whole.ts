import type { OrderAnswer } from '@huidiao/contracts';
import type { CombinedOrder, Order, Store } from '@huidiao/store';
import {
  type AskedCombined,
  type CombinedQueryingClient,
  type QueryingClient,
  queryCombined,
  queryOrder,
} from '@huidiao/wechat';

/** An order as it was read, and what WeChat Pay says of it since. */
export interface AnsweredOrder {
  readonly order: Order;
  readonly answer: OrderAnswer;
}

export interface AskAboutWholeDeps {
  readonly orders: Pick<Store['orders'], 'find'>;
  readonly combinedOrders: Pick<Store['combinedOrders'], 'find'>;
}

/**
 * Asks WeChat Pay about an order, and thereby about those that are paid along with it; ends nothing.
 * @returns the order that was asked about first
 * @throws AppError WECHAT_*, STORE_UNAVAILABLE
 */
export async function askAboutWhole(
  deps: AskAboutWholeDeps,
  client: Pick<QueryingClient & CombinedQueryingClient, 'queryByOutTradeNo' | 'queryCombined'>,
  order: Order,
): Promise<readonly [AnsweredOrder, ...AnsweredOrder[]]> {
  const { mchId, combineOutTradeNo } = order;
  const combined =
    combineOutTradeNo === undefined ? undefined : await deps.combinedOrders.find(mchId, combineOutTradeNo);
  if (combined === undefined) return [{ order, answer: await queryOrder(client, order) }];
  const parts = await findParts(deps, combined);
  const answers = await queryCombined(client, toAskedCombined(combined));
  const others = parts.filter(({ outTradeNo }) => outTradeNo !== order.outTradeNo);
  const toAnswered = (part: Order): AnsweredOrder => ({
    order: part,
    answer: answers.get(part.outTradeNo) ?? { state: 'open', tradeState: 'ORDER_NOT_EXIST' },
  });
  return [toAnswered(order), ...others.map(toAnswered)];
}

/**
 * The orders of a combined one, in its order, as far as they are registered. One of the same number that is not of this
 * whole belongs to another buyer: of two wholes that want one number, the second is stored too, and lacks that part.
 *
 * @throws AppError STORE_UNAVAILABLE
 */
export async function findParts(
  { orders }: Pick<AskAboutWholeDeps, 'orders'>,
  { mchId, combineOutTradeNo, parts }: Pick<CombinedOrder, 'mchId' | 'combineOutTradeNo' | 'parts'>,
): Promise<Order[]> {
  const found = await Promise.all(parts.map(({ outTradeNo }) => orders.find(mchId, outTradeNo)));
  return found
    .filter((order) => order !== undefined)
    .filter((order) => order.combineOutTradeNo === combineOutTradeNo);
}

/** A combined order as WeChat Pay is asked about it: it is always prepaid here. */
export function toAskedCombined(combined: CombinedOrder): AskedCombined {
  return { ...combined, prepay: true };
}
