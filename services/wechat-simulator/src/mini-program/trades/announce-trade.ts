import type { Context } from '../../context.ts';
import type { EventSubject } from '../../events/event-subject.ts';
import { announcePush } from '../../push/send-push.ts';
import type { JsonObject } from '../../write-json.ts';
import type { Trade } from './trade-book.ts';
import { toTradeIds } from './trade-state.ts';

/*
 * https://developers.weixin.qq.com/miniprogram/dev/platform-capabilities/business-capabilities/order-shipping/order-shipping.html
 * An app without a message push is told nothing.
 */

/** Pushes something about the app as a whole. */
export function announceToApp(
  context: Context,
  appId: string,
  name: 'trade_manage_remind_access_api' | 'wxa_trade_controlled',
): void {
  announce(context, name, appId, {}, {});
}

/** Pushes something about one payment; `fields` beside its ids and its time. */
export function announceTrade(
  context: Context,
  trade: Trade,
  name:
    | 'trade_manage_remind_shipping'
    | 'trade_manage_order_settlement:shipped'
    | 'trade_manage_order_settlement',
  fields: JsonObject = {},
): void {
  const { appId, openId, transactionId, payTime, order } = trade;
  const about = { openId, transactionId, mchId: order.mchId, outTradeNo: order.outTradeNo };
  announce(context, name, appId, about, { ...toTradeIds(trade), pay_time: payTime, ...fields });
}

function announce(
  context: Context,
  name: string,
  appId: string,
  about: Partial<EventSubject>,
  fields: JsonObject,
): void {
  const isTold = context.addresses.ofApp(appId) !== undefined && context.apps.get(appId)?.push !== undefined;
  if (isTold) announcePush(context, name, { appId, about, fields });
}

/** The wall clock, in which everything on the wire is told. */
export function unixNow(): number {
  return Math.floor(Date.now() / 1_000);
}
