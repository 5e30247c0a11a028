import { BoundedMap } from '../bounded-map.ts';
import { PayRefusal } from './refusal.ts';

/** NOTPAY until paid or closed: an order that expired stays NOTPAY. REFUND (转入退款) after any refund. */
export type TradeState = 'NOTPAY' | 'SUCCESS' | 'REFUND' | 'CLOSED';

/** Whether the buyer paid, whatever was refunded since. */
export function wasPaid({ state }: Pick<Order, 'state'>): boolean {
  return state === 'SUCCESS' || state === 'REFUND';
}

export interface Prepay {
  /** Of JSAPI the prepay_id, of Native the code_url. */
  readonly prepayId: string;
  /** Simulated milliseconds: two hours after it was given. */
  readonly expiresAtMs: number;
  /** The answer that carried it had a probe signature: whoever uses it did not verify. */
  readonly underProbe: boolean;
}

/** What a buyer pays at once: an order, or a combined one. Simulated times in milliseconds. */
export interface Payable {
  /** Who is told: mchid, sp_mchid or combine_mchid. */
  readonly mchId: string;
  /** appid, sp_appid or combine_appid. */
  readonly appId: string;
  /** The app that the buyer pays in, which paySign names. */
  readonly payerAppId: string;
  /** The payer in `appId`; of Native unknown until it is paid. */
  openId: string;
  /** out_trade_no or combine_out_trade_no. */
  readonly outTradeNo: string;
  readonly notifyUrl: string;
  /** No payment after it. */
  readonly expiresAtMs: number;
  /** The prepay body with its keys in order: the same number may only come with the same content. */
  readonly content: string;
  readonly prepays: Prepay[];
  /** scene_info.device_id: the query and the notification give it back. */
  readonly deviceId?: string | undefined;
  state: TradeState;
  /** Simulated time until which the buyer is about to pay: closing it meets the payment. */
  payingUntilMs?: number;
  transactionId?: string;
  /** Wall time, for it goes on the wire. */
  successTime?: string;
  /** Simulated time. */
  paidAtMs?: number;
}

/** An order at WeChat Pay. */
export interface Order extends Payable {
  readonly description: string;
  readonly attach: string | undefined;
  readonly totalFen: number;
  readonly currency: string;
  readonly tradeType: 'JSAPI' | 'NATIVE';
  /** It is part of a combined order, and closed with it only. */
  readonly isSubOrder?: boolean;
  /** settle_info.profit_sharing: what is paid stays frozen until it is shared or released. */
  isFrozen?: boolean;
  /** What released it. */
  unfrozenBy?: { readonly outOrderNo: string; readonly orderId: string };
  /** 服务商: whose money it is, and the payer in that merchant's app. */
  readonly sub?: {
    readonly mchId: string;
    readonly appId?: string | undefined;
    readonly openId?: string | undefined;
  };
}

/** A combined order (合单): paid and announced as a whole, refunded order by order. */
export interface CombinedOrder extends Payable {
  readonly subOrders: readonly Order[];
}

/** All orders, the newest 20,000. */
export interface OrderBook {
  find(mchId: string, outTradeNo: string): Order | undefined;
  findCombined(mchId: string, combineOutTradeNo: string): CombinedOrder | undefined;
  findByTransaction(mchId: string, transactionId: string): Order | undefined;
  findByPrepay(prepayId: string): { payable: Order | CombinedOrder; prepay: Prepay } | undefined;
  /** The order that was added last for this merchant. */
  latestOf(mchId: string): Payable | undefined;
  add(order: Order): void;
  /** With its sub-orders, each under its own mchid. */
  addCombined(combined: CombinedOrder): void;
  addPrepay(payable: Order | CombinedOrder, prepay: Prepay): void;
  setPaid(order: Order, payment: Required<Pick<Order, 'transactionId' | 'successTime' | 'paidAtMs'>>): void;
  all(): Order[];
}

/** How many orders are remembered, and how many prepay_ids of each: more than any journey or test makes. */
const orderLimit = 20_000;
const prepaysPerOrder = 50;

/** Empty. */
export function createOrderBook(): OrderBook {
  const orders = new BoundedMap<string, Order>(orderLimit);
  const combinedOrders = new BoundedMap<string, CombinedOrder>(orderLimit);
  const byTransaction = new BoundedMap<string, Order>(orderLimit);
  const byPrepay = new BoundedMap<string, { payable: Order | CombinedOrder; prepay: Prepay }>(2 * orderLimit);
  const latest = new Map<string, Payable>();

  const add = (order: Order): void => {
    orders.set(`${order.mchId}/${order.outTradeNo}`, order);
    latest.set(order.mchId, order);
  };

  return {
    find: (mchId, outTradeNo) => orders.get(`${mchId}/${outTradeNo}`),
    findCombined: (mchId, outTradeNo) => combinedOrders.get(`${mchId}/${outTradeNo}`),
    findByTransaction: (mchId, transactionId) => byTransaction.get(`${mchId}/${transactionId}`),
    findByPrepay: (prepayId) => byPrepay.get(prepayId),
    latestOf: (mchId) => latest.get(mchId),
    add,
    addCombined: (combined) => {
      combinedOrders.set(`${combined.mchId}/${combined.outTradeNo}`, combined);
      for (const order of combined.subOrders) add(order);
      latest.set(combined.mchId, combined);
    },
    addPrepay: (payable, prepay) => {
      if (payable.prepays.length >= prepaysPerOrder) {
        throw new PayRefusal(429, 'FREQUENCY_LIMITED', '频率超限，请降低下单频率');
      }
      payable.prepays.push(prepay);
      byPrepay.set(prepay.prepayId, { payable, prepay });
    },
    setPaid: (order, payment) => {
      Object.assign(order, payment, { state: 'SUCCESS' });
      byTransaction.set(`${order.mchId}/${payment.transactionId}`, order);
    },
    all: () => orders.values(),
  };
}
