import type { Order } from '@huidiao/store';

/** What is asked about at once: one order, or those of a combined one (合单) that are due. */
export interface Question {
  readonly orders: readonly [Order, ...Order[]];
}

/** The questions that orders come to, in the order of their first ones. Pure. */
export function toQuestions(orders: readonly Order[]): Question[] {
  const byWhole = new Map<string, [Order, ...Order[]]>();
  for (const order of orders) {
    const { id, combineOutTradeNo } = order;
    const whole = combineOutTradeNo === undefined ? `order ${id}` : `combined ${combineOutTradeNo}`;
    const others = byWhole.get(whole);
    if (others === undefined) byWhole.set(whole, [order]);
    else others.push(order);
  }
  return [...byWhole.values()].map((each) => ({ orders: each }));
}
