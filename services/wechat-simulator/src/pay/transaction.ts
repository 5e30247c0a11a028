import type { JsonObject } from '../write-json.ts';
import { type CombinedOrder, type Order, type Payable, wasPaid } from './order-book.ts';

const stateDescriptions = {
  SUCCESS: '支付成功',
  REFUND: '转入退款',
  NOTPAY: '订单未支付',
  CLOSED: '订单已关闭',
} as const;

/**
 * A transaction as the query answers it and as the notification carries it. An unpaid one lacks transaction_id,
 * bank_type, success_time. https://pay.weixin.qq.com/doc/v3/merchant/4012791902, of a service provider's merchant
 * https://pay.weixin.qq.com/doc/v3/partner/4012085801
 */
export function toTransaction(order: Order): JsonObject {
  const isPaid = wasPaid(order);
  return {
    ...toParties(order),
    out_trade_no: order.outTradeNo,
    transaction_id: order.transactionId,
    trade_type: isPaid ? order.tradeType : undefined,
    trade_state: order.state,
    trade_state_desc: stateDescriptions[order.state],
    bank_type: isPaid ? 'OTHERS' : undefined,
    attach: isPaid ? (order.attach ?? '') : undefined,
    success_time: order.successTime,
    payer: toPayer(order),
    scene_info: toSceneInfo(order),
    amount: {
      total: order.totalFen,
      payer_total: isPaid ? order.totalFen : undefined,
      currency: order.currency,
      payer_currency: isPaid ? order.currency : undefined,
    },
  };
}

function toParties({ mchId, appId, sub }: Order): JsonObject {
  if (sub === undefined) return { mchid: mchId, appid: appId };
  return { sp_mchid: mchId, sp_appid: appId, sub_mchid: sub.mchId, sub_appid: sub.appId };
}

function toSceneInfo({ deviceId }: Payable): JsonObject | undefined {
  return deviceId === undefined ? undefined : { device_id: deviceId };
}

function toPayer({ openId, sub }: Order): JsonObject | undefined {
  if (sub !== undefined) return { sp_openid: openId || undefined, sub_openid: sub.openId };
  return openId === '' ? undefined : { openid: openId };
}

/**
 * A combined order as the query answers it and as the notification carries it: `amount` has names of its own here.
 * https://pay.weixin.qq.com/doc/v3/merchant/4012557012
 */
export function toCombinedTransaction(combined: CombinedOrder): JsonObject {
  return {
    combine_appid: combined.appId,
    combine_mchid: combined.mchId,
    combine_out_trade_no: combined.outTradeNo,
    combine_transaction_id: combined.transactionId,
    combine_payer_info: { openid: combined.openId },
    scene_info: toSceneInfo(combined),
    sub_orders: combined.subOrders.map(toSubOrder),
  };
}

function toSubOrder(order: Order): JsonObject {
  const isPaid = wasPaid(order);
  return {
    mchid: order.mchId,
    sub_mchid: order.sub?.mchId,
    sub_appid: order.sub?.appId,
    out_trade_no: order.outTradeNo,
    transaction_id: order.transactionId,
    trade_type: isPaid ? order.tradeType : undefined,
    trade_state: order.state,
    bank_type: isPaid ? 'OTHERS' : undefined,
    attach: order.attach,
    // With milliseconds, unlike everywhere else.
    success_time: order.successTime?.replace('+08:00', '.120+08:00'),
    amount: {
      total_amount: order.totalFen,
      currency: order.currency,
      payer_amount: isPaid ? order.totalFen : undefined,
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
export function makeTransaction(wanted: TransactionToMake): JsonObject {
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
