import type { Context } from '../../context.ts';
import type { CombinedOrder } from '../../pay/order-book.ts';
import type { SimulatedApp } from '../../settings.ts';
import type { JsonValue } from '../../write-json.ts';
import { MiniProgramRefusal } from '../api-error.ts';
import { findTradeByKey } from './find-trade.ts';
import { planShipping, ship } from './ship.ts';
import {
  combinedUploadRequest,
  type OrderKey,
  toOrderKey,
  toShipment,
  toUploadMs,
  uploadRequest,
} from './shipping-request.ts';

const ok = { errcode: 0, errmsg: 'ok' };

/**
 * POST /wxa/sec/order/upload_shipping_info. Throws MiniProgramRefusal.
 * https://developers.weixin.qq.com/miniprogram/dev/server/API/order_shipping/api_uploadshippinginfo
 */
export function uploadShippingInfo(context: Context, { appId }: SimulatedApp, body: unknown): JsonValue {
  const parsed = uploadRequest.safeParse(body);
  if (!parsed.success) throw new MiniProgramRefusal(47001, 'data format error');
  const { order_key, upload_time, payer } = parsed.data;
  const key = toOrderKey(order_key);
  const uploadedAtMs = toUploadMs(upload_time);
  const shipment = toShipment(parsed.data, uploadedAtMs);
  const trade = findTradeByKey(context, appId, key);
  // A part of a combined order is shipped with it.
  if (trade.combined !== undefined) throw new MiniProgramRefusal(10060001, '支付单不存在');
  assertPayer(payer.openid, trade.openId);
  ship(context, trade, planShipping(context, trade, { shipment, uploadedAtMs }));
  return ok;
}

/**
 * POST /wxa/sec/order/upload_combined_shipping_info: all of its orders, or, where one is refused, none. Throws
 * MiniProgramRefusal. https://developers.weixin.qq.com/miniprogram/dev/server/API/order_shipping/api_uploadcombinedshippinginfo
 */
export function uploadCombinedShippingInfo(
  context: Context,
  { appId }: SimulatedApp,
  body: unknown,
): JsonValue {
  const parsed = combinedUploadRequest.safeParse(body);
  if (!parsed.success) throw new MiniProgramRefusal(47001, 'data format error');
  const { order_key, sub_orders, upload_time, payer } = parsed.data;
  const key = toOrderKey(order_key);
  const uploadedAtMs = toUploadMs(upload_time);
  if (sub_orders.length === 0) throw new MiniProgramRefusal(10060014, '参数错误: sub_orders');
  const plans = sub_orders.map((sub) => {
    const subKey = toOrderKey(sub.order_key);
    if (subKey.isTransaction !== key.isTransaction) {
      throw new MiniProgramRefusal(10060014, '参数错误: 子单和主单的订单单号类型必须一致');
    }
    const shipment = toShipment(sub, uploadedAtMs);
    const trade = findTradeByKey(context, appId, subKey);
    if (!isMeant(trade.combined, key)) throw new MiniProgramRefusal(10060001, '支付单不存在');
    assertPayer(payer.openid, trade.openId);
    return { trade, plan: planShipping(context, trade, { shipment, uploadedAtMs }) };
  });
  if (new Set(plans.map(({ trade }) => trade)).size < plans.length) {
    throw new MiniProgramRefusal(10060014, '参数错误: 子单重复');
  }
  for (const { trade, plan } of plans) ship(context, trade, plan);
  return ok;
}

function isMeant(combined: CombinedOrder | undefined, key: OrderKey): boolean {
  if (combined === undefined) return false;
  return key.isTransaction
    ? combined.transactionId === key.transactionId
    : combined.mchId === key.mchId && combined.outTradeNo === key.outTradeNo;
}

function assertPayer(openId: string, expected: string): void {
  if (openId === '') throw new MiniProgramRefusal(10060014, '参数错误: payer.openid');
  if (openId !== expected) {
    throw new MiniProgramRefusal(10060031, '该笔支付单不属于 openid 所指定的用户');
  }
}
