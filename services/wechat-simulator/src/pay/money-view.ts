import type { Context } from '../context.ts';
import { toOwner } from './balances.ts';
import { type Order, wasPaid } from './order-book.ts';
import type { RefundState } from './refund-book.ts';

/** Refunds by what became of them, in fen. Those CLOSED went back to the merchant. */
export type RefundedView = Readonly<Record<RefundState, number>>;

/** What one paid order brought, in fen. */
export interface OrderMoneyView {
  readonly mchid: string;
  readonly sub_mchid: string | undefined;
  readonly out_trade_no: string;
  readonly transaction_id: string | undefined;
  readonly paid: number;
  readonly refunded: RefundedView;
  /** What profit_sharing keeps back still. */
  readonly frozen: number;
}

/** The sums of one merchant, of a service provider for each merchant below it, in fen. */
export interface MerchantMoneyView {
  readonly mchid: string;
  readonly sub_mchid: string | undefined;
  readonly paid_orders: number;
  readonly paid: number;
  readonly refunded: RefundedView;
  readonly frozen: number;
  /** What is left to refund with; undefined where it is not counted. */
  readonly balance: number | undefined;
}

/** The money of the orders that are remembered, which are the newest 20,000. */
export interface MoneyView {
  readonly merchants: readonly MerchantMoneyView[];
  readonly orders: readonly OrderMoneyView[];
}

/** `orders`: those to look at; the unpaid ones are passed over. */
export function toMoneyView(context: Context, orders: readonly Order[]): MoneyView {
  const paid = orders.filter(wasPaid);
  const ofMerchants = new Map<string, MerchantMoneyView>();
  const rows = paid.map((order) => {
    const row = toOrderMoney(context, order);
    const key = `${row.mchid}/${row.sub_mchid ?? ''}`;
    ofMerchants.set(key, withOrder(ofMerchants.get(key) ?? nothingOf(context, order), row));
    return row;
  });
  return { merchants: [...ofMerchants.values()], orders: rows };
}

function toOrderMoney(context: Context, order: Order): OrderMoneyView {
  const refunded = { PROCESSING: 0, SUCCESS: 0, ABNORMAL: 0, CLOSED: 0 };
  for (const { state, refundFen } of context.refunds.ofOrder(order)) refunded[state] += refundFen;
  return {
    mchid: order.mchId,
    sub_mchid: order.sub?.mchId,
    out_trade_no: order.outTradeNo,
    transaction_id: order.transactionId,
    paid: order.totalFen,
    refunded,
    frozen: order.isFrozen === true ? context.refunds.leftFen(order) : 0,
  };
}

function nothingOf(context: Context, order: Order): MerchantMoneyView {
  return {
    mchid: order.mchId,
    sub_mchid: order.sub?.mchId,
    paid_orders: 0,
    paid: 0,
    refunded: { PROCESSING: 0, SUCCESS: 0, ABNORMAL: 0, CLOSED: 0 },
    frozen: 0,
    balance: context.balances.of(toOwner(order)),
  };
}

function withOrder(sums: MerchantMoneyView, order: OrderMoneyView): MerchantMoneyView {
  const add = (state: RefundState): number => sums.refunded[state] + order.refunded[state];
  return {
    ...sums,
    paid_orders: sums.paid_orders + 1,
    paid: sums.paid + order.paid,
    refunded: {
      PROCESSING: add('PROCESSING'),
      SUCCESS: add('SUCCESS'),
      ABNORMAL: add('ABNORMAL'),
      CLOSED: add('CLOSED'),
    },
    frozen: sums.frozen + order.frozen,
  };
}
