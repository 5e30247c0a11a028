import { randomInt } from 'node:crypto';
import type { JsonValue } from '../write-json.ts';
import { type Order, wasPaid } from './order-book.ts';

const stateDescriptions = {
  SUCCESS: '支付成功',
  REFUND: '转入退款',
  NOTPAY: '订单未支付',
  CLOSED: '订单已关闭',
} as const;

/**
 * A transaction as the query answers it and as the notification carries it. An unpaid one lacks transaction_id,
 * bank_type, success_time. https://pay.weixin.qq.com/doc/v3/merchant/4012791902
 */
export function toTransaction(order: Order): { [key: string]: JsonValue | undefined } {
  const isPaid = wasPaid(order);
  return {
    mchid: order.mchId,
    appid: order.appId,
    out_trade_no: order.outTradeNo,
    transaction_id: order.transactionId,
    trade_type: isPaid ? 'JSAPI' : undefined,
    trade_state: order.state,
    trade_state_desc: stateDescriptions[order.state],
    bank_type: isPaid ? 'OTHERS' : undefined,
    attach: isPaid ? (order.attach ?? '') : undefined,
    success_time: order.successTime,
    payer: { openid: order.openId },
    amount: {
      total: order.totalFen,
      payer_total: isPaid ? order.totalFen : undefined,
      currency: order.currency,
      payer_currency: isPaid ? order.currency : undefined,
    },
  };
}

/** What a test may say about a transaction that never was; the rest is made up. */
export interface TransactionToMake {
  readonly mchId: string;
  readonly appId: string;
  readonly outTradeNo: string;
  readonly transactionId: string;
  readonly totalFen: number;
  readonly openId?: string;
  readonly currency?: string;
  readonly tradeState?: string;
  readonly attach?: string;
  readonly successTime?: string;
}

/** The plaintext of a TRANSACTION.SUCCESS notification, for tests that need no order. */
export function makeTransaction(wanted: TransactionToMake): { [key: string]: JsonValue | undefined } {
  const currency = wanted.currency ?? 'CNY';
  return {
    mchid: wanted.mchId,
    appid: wanted.appId,
    out_trade_no: wanted.outTradeNo,
    transaction_id: wanted.transactionId,
    trade_type: 'JSAPI',
    trade_state: wanted.tradeState ?? 'SUCCESS',
    trade_state_desc: '支付成功',
    bank_type: 'OTHERS',
    attach: wanted.attach ?? '',
    success_time: wanted.successTime ?? '2026-11-22T18:00:00+08:00',
    payer: { openid: wanted.openId ?? 'oSimulatedBuyer' },
    amount: { total: wanted.totalFen, payer_total: wanted.totalFen, currency, payer_currency: currency },
  };
}

/** 28 digits, as WeChat Pay's: beyond 2^53, so a receiver that makes it a number loses it. */
export function createTransactionId(): string {
  return `4200${Array.from({ length: 24 }, () => randomInt(10)).join('')}`;
}
