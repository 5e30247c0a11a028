import { z } from 'zod';
import type { Context } from '../../context.ts';
import type { SimulatedApp } from '../../settings.ts';
import type { JsonValue } from '../../write-json.ts';
import { MiniProgramRefusal } from '../api-error.ts';
import { unixNow } from './announce-trade.ts';
import { findTrade } from './find-trade.ts';
import { remindLater } from './record-trade.ts';
import type { Trade } from './trade-book.ts';
import { orderStates, toOrderState } from './trade-state.ts';

const ok = { errcode: 0, errmsg: 'ok' };
const express = 1;
const daySeconds = 86_400;

const receiveRequest = z.object({
  transaction_id: z.string().optional(),
  merchant_id: z.string().optional(),
  sub_merchant_id: z.string().optional(),
  merchant_trade_no: z.string().optional(),
  received_time: z.number().int(),
});

/**
 * POST /wxa/sec/order/notify_confirm_receive: asks the user to confirm, once per order. Throws MiniProgramRefusal.
 * https://developers.weixin.qq.com/miniprogram/dev/server/API/order_shipping/api_notifyconfirmreceive
 */
export function notifyConfirmReceive(context: Context, { appId }: SimulatedApp, body: unknown): JsonValue {
  const parsed = receiveRequest.safeParse(body);
  if (!parsed.success) throw new MiniProgramRefusal(47001, 'data format error');
  const trade = findTrade(context, appId, parsed.data);
  if (toOrderState(context, trade) !== orderStates.shipped) {
    throw new MiniProgramRefusal(10060028, '支付单不是已发货状态');
  }
  if (trade.shipping?.logisticsType !== express) {
    throw new MiniProgramRefusal(10060032, '只有物流快递发货时允许提醒用户确认收货');
  }
  if (parsed.data.received_time < (trade.shippedTime ?? 0)) {
    throw new MiniProgramRefusal(10060029, '签收时间非法');
  }
  if (trade.isReceiptAsked) throw new MiniProgramRefusal(10060030, '支付单已使用提醒收货机会');
  trade.isReceiptAsked = true;
  return ok;
}

const specialRequest = z.object({
  order_id: z.string().default(''),
  type: z.number().optional(),
  delay_to: z.number().optional(),
});

/**
 * POST /wxa/sec/order/opspecialorder: a pre-sale that is shipped 15 to 330 days after its payment, or a test that is
 * never. Throws MiniProgramRefusal.
 * https://developers.weixin.qq.com/miniprogram/dev/server/API/order_shipping/api_opspecialorder
 */
export function opSpecialOrder(context: Context, { appId }: SimulatedApp, body: unknown): JsonValue {
  const parsed = specialRequest.safeParse(body);
  if (!parsed.success) throw new MiniProgramRefusal(47001, 'data format error');
  const { order_id: orderId, type, delay_to: delayTo = 0 } = parsed.data;
  if (type !== 1 && type !== 2) throw new MiniProgramRefusal(268546000, 'type非法');
  const trade = findUnshipped(context, appId, orderId);
  if (type === 2) {
    trade.special = 'test';
    return ok;
  }
  const waitSeconds = delayTo - trade.payTime;
  if (waitSeconds <= 15 * daySeconds || waitSeconds > 330 * daySeconds) {
    throw new MiniProgramRefusal(268546001, 'delay_to非法');
  }
  trade.special = 'presale';
  const untilMs = (delayTo - unixNow()) * 1_000;
  remindLater(context, trade.transactionId, context.clock.now() + untilMs, 'presale');
  return ok;
}

/** By transaction_id or out_trade_no, of any merchant of the app. */
function findUnshipped(context: Context, appId: string, orderId: string): Trade {
  const { trades, clock } = context;
  const trade = trades
    .all()
    .find(
      (one) =>
        one.appId === appId &&
        one.visibleAtMs <= clock.now() &&
        (one.transactionId === orderId || one.order.outTradeNo === orderId) &&
        toOrderState(context, one) === orderStates.toShip,
    );
  if (trade === undefined) throw new MiniProgramRefusal(268546002, '账户不存在这个待发货单号');
  return trade;
}
