import type { Context } from '../context.ts';
import type { CombinedOrder, Order } from './order-book.ts';
import {
  addPrepay,
  assertOpenId,
  assertOwn,
  assertPayable,
  type PrepayCall,
  toExpiry,
  toPrepayId,
  writeInOrder,
} from './prepay-order.ts';
import { type CombineRequest, combineRequest, parsePrepayRequest } from './prepay-request.ts';
import { type ApiAnswer, PayRefusal } from './refusal.ts';

/** POST /v3/combine-transactions/jsapi: 2 to 10 orders that are paid at once. */
export function prepayCombined(context: Context, call: PrepayCall): ApiAnswer {
  const request = parsePrepayRequest(combineRequest, call.body, context.settings.allowPrivateNotifyHosts);
  assertOwn(call.merchant, { mchid: request.combine_mchid, appid: request.combine_appid });
  assertOpenId(context, request.combine_appid, request.combine_payer_info.openid);
  const content = writeInOrder(call.body);
  const known = context.orders.findCombined(call.merchant.mchId, request.combine_out_trade_no);
  if (known !== undefined) assertPayable(context, known, content);
  const combined = known ?? toCombined(context, request, content);
  const prepayId = addPrepay(context, call, combined, toPrepayId());
  if (known === undefined) context.orders.addCombined(combined);
  return { status: 200, body: { prepay_id: prepayId } };
}

function toCombined(context: Context, request: CombineRequest, content: string): CombinedOrder {
  const common = {
    appId: request.combine_appid,
    payerAppId: request.combine_appid,
    openId: request.combine_payer_info.openid,
    notifyUrl: request.notify_url,
    expiresAtMs: toExpiry(context, request.time_expire),
    deviceId: request.scene_info.device_id,
    state: 'NOTPAY',
  } as const;
  const subOrders = request.sub_orders.map((sub): Order => {
    if (context.orders.find(sub.mchid, sub.out_trade_no) !== undefined) {
      throw new PayRefusal(403, 'OUT_TRADE_NO_USED', '子单商户订单号重复');
    }
    return {
      ...common,
      mchId: sub.mchid,
      outTradeNo: sub.out_trade_no,
      description: sub.description,
      attach: sub.attach,
      totalFen: sub.amount.total_amount,
      currency: sub.amount.currency,
      tradeType: 'JSAPI',
      isSubOrder: true,
      isFrozen: sub.settle_info?.profit_sharing === true,
      ...(sub.sub_mchid && { sub: { mchId: sub.sub_mchid, appId: sub.sub_appid } }),
      content: '',
      prepays: [],
    };
  });
  return {
    ...common,
    mchId: request.combine_mchid,
    outTradeNo: request.combine_out_trade_no,
    content,
    prepays: [],
    subOrders,
  };
}
