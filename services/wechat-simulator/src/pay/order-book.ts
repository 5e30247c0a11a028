import { BoundedMap } from '../bounded-map.ts';
import { PayRefusal } from './refusal.ts';

/** NOTPAY until paid or closed: an order that expired stays NOTPAY. REFUND (转入退款) after any refund. */
export type TradeState = 'NOTPAY' | 'SUCCESS' | 'REFUND' | 'CLOSED';

/** Whether the buyer paid, whatever was refunded since. */
export function wasPaid({ state }: Pick<Order, 'state'>): boolean {
  return state === 'SUCCESS' || state === 'REFUND';
}

export interface Prepay {
  readonly prepayId: string;
  /** Simulated milliseconds: two hours after it was given. */
  readonly expiresAtMs: number;
  /** The answer that carried it had a probe signature: whoever uses it did not verify. */
  readonly underProbe: boolean;
}

/** An order at WeChat Pay. Simulated times in milliseconds; `successTime` is wall time, for it goes on the wire. */
export interface Order {
  readonly mchId: string;
  readonly appId: string;
  readonly outTradeNo: string;
  readonly openId: string;
  readonly description: string;
  readonly attach: string | undefined;
  readonly notifyUrl: string;
  readonly totalFen: number;
  readonly currency: string;
  /** No payment after it. */
  readonly expiresAtMs: number;
  /** The prepay body with its keys in order: the same number may only come with the same content. */
  readonly content: string;
  readonly prepays: Prepay[];
  state: TradeState;
  transactionId?: string;
  successTime?: string;
}

/** All orders, the newest 20,000. */
export interface OrderBook {
  find(mchId: string, outTradeNo: string): Order | undefined;
  findByTransaction(mchId: string, transactionId: string): Order | undefined;
  findByPrepay(prepayId: string): { order: Order; prepay: Prepay } | undefined;
  add(order: Order): void;
  addPrepay(order: Order, prepay: Prepay): void;
  setPaid(order: Order, transactionId: string, successTime: string): void;
  all(): Order[];
}

/** How many orders are remembered, and how many prepay_ids of each: more than any journey or test makes. */
const orderLimit = 20_000;
const prepaysPerOrder = 50;

export function createOrderBook(): OrderBook {
  const orders = new BoundedMap<string, Order>(orderLimit);
  const byTransaction = new BoundedMap<string, Order>(orderLimit);
  const byPrepay = new BoundedMap<string, { order: Order; prepay: Prepay }>(2 * orderLimit);

  return {
    find: (mchId, outTradeNo) => orders.get(`${mchId}/${outTradeNo}`),
    findByTransaction: (mchId, transactionId) => byTransaction.get(`${mchId}/${transactionId}`),
    findByPrepay: (prepayId) => byPrepay.get(prepayId),
    add: (order) => orders.set(`${order.mchId}/${order.outTradeNo}`, order),
    addPrepay: (order, prepay) => {
      if (order.prepays.length >= prepaysPerOrder) {
        throw new PayRefusal(429, 'FREQUENCY_LIMITED', '频率超限，请降低下单频率');
      }
      order.prepays.push(prepay);
      byPrepay.set(prepay.prepayId, { order, prepay });
    },
    setPaid: (order, transactionId, successTime) => {
      order.state = 'SUCCESS';
      order.transactionId = transactionId;
      order.successTime = successTime;
      byTransaction.set(`${order.mchId}/${transactionId}`, order);
    },
    all: () => orders.values(),
  };
}
