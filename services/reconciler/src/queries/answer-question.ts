import type { OrderAnswer } from '@huidiao/contracts';
import type { CombinedOrder, Order, Store } from '@huidiao/store';
import {
  askAboutCombined,
  askAboutOrder,
  type CombinedQueryingClient,
  type QueryingClient,
} from '@huidiao/wechat';
import type { Question } from './to-questions.ts';

export type AskingClient = QueryingClient & CombinedQueryingClient;

/** An order as it was before WeChat Pay was asked, and what that says of it. */
export interface AnsweredOrder {
  readonly order: Order;
  readonly answer: OrderAnswer;
}

export interface AnswerQuestionDeps {
  readonly orders: Pick<Store['orders'], 'find'>;
  readonly combinedOrders: Pick<Store['combinedOrders'], 'find'>;
}

/**
 * Asks WeChat Pay, and ends what expired. One call tells of all parts of a combined order, so each of them is answered,
 * also one that is not due.
 * @throws AppError WECHAT_*, STORE_UNAVAILABLE: nothing is known then
 */
export async function answerQuestion(
  deps: AnswerQuestionDeps,
  client: AskingClient,
  { orders }: Question,
  now: Date,
): Promise<AnsweredOrder[]> {
  const [{ mchId, combineOutTradeNo }] = orders;
  const combined =
    combineOutTradeNo === undefined ? undefined : await deps.combinedOrders.find(mchId, combineOutTradeNo);
  if (combined === undefined) {
    return Promise.all(
      orders.map(async (order) => ({ order, answer: await askAboutOrder(client, order, now) })),
    );
  }
  const own = await findOwnParts(deps, combined, orders);
  const parts = combined.parts.filter(({ outTradeNo }) =>
    own.some((order) => order.outTradeNo === outTradeNo),
  );
  const answers = await askAboutCombined(client, { ...combined, parts, prepay: true }, now);
  return own.flatMap((order) => {
    const answer = answers.get(order.outTradeNo);
    const isAsked = order.status === 'created' || orders.includes(order);
    return answer === undefined || !isAsked ? [] : [{ order, answer }];
  });
}

/**
 * Those that were claimed, as they were, and the others of this whole. Another whole may have a number that this one
 * wanted as well: what WeChat Pay says of this one says nothing of that order.
 */
async function findOwnParts(
  { orders }: AnswerQuestionDeps,
  { mchId, combineOutTradeNo, parts }: CombinedOrder,
  claimed: readonly Order[],
): Promise<Order[]> {
  const others = parts.filter((part) => claimed.every(({ outTradeNo }) => outTradeNo !== part.outTradeNo));
  const found = await Promise.all(others.map(({ outTradeNo }) => orders.find(mchId, outTradeNo)));
  return [
    ...claimed,
    ...found
      .filter((order) => order !== undefined)
      .filter((order) => order.combineOutTradeNo === combineOutTradeNo),
  ];
}
