import { randomBytes } from 'node:crypto';
import type { Context } from '../context.ts';
import type { Order } from './order-book.ts';
import {
  addPrepay,
  assertOpenId,
  assertOwn,
  type PrepayCall,
  takeOrder,
  toExpiry,
  toPrepayId,
  writeInOrder,
} from './prepay-order.ts';
import { jsapiRequest, nativeRequest, parsePrepayRequest, partnerRequest } from './prepay-request.ts';
import { type ApiAnswer, PayRefusal, paramError } from './refusal.ts';

/**
 * POST /v3/pay/transactions/jsapi: creates the order, or gives a further prepay_id for the same order with the
 * same content.
 */
export function prepay(context: Context, call: PrepayCall): ApiAnswer {
  const request = parsePrepayRequest(jsapiRequest, call.body, context.settings.allowPrivateNotifyHosts);
  assertOwn(call.merchant, { mchid: request.mchid, appid: request.appid });
  assertOpenId(context, request.appid, request.payer.openid);
  const order = takeOrder(context, call, {
    ...toOrder(context, call, request),
    appId: request.appid,
    payerAppId: request.appid,
    openId: request.payer.openid,
  });
  return { status: 200, body: { prepay_id: addPrepay(context, call, order, toPrepayId()) } };
}

/** POST /v3/pay/transactions/native: the same with a code that anybody may scan. */
export function prepayNative(context: Context, call: PrepayCall): ApiAnswer {
  const request = parsePrepayRequest(nativeRequest, call.body, context.settings.allowPrivateNotifyHosts);
  assertOwn(call.merchant, { mchid: request.mchid, appid: request.appid });
  const order = takeOrder(context, call, {
    ...toOrder(context, call, request),
    appId: request.appid,
    payerAppId: request.appid,
    openId: '',
    tradeType: 'NATIVE',
  });
  const codeUrl = `weixin://wxpay/bizpayurl?pr=${randomBytes(6).toString('base64url')}z${randomBytes(2).toString('hex')}`;
  return { status: 200, body: { code_url: addPrepay(context, call, order, codeUrl) } };
}

/** POST /v3/pay/partner/transactions/jsapi, by a service provider for a merchant below it. */
export function prepayPartner(context: Context, call: PrepayCall): ApiAnswer {
  const request = parsePrepayRequest(partnerRequest, call.body, context.settings.allowPrivateNotifyHosts);
  if (!call.merchant.isServiceProvider) throw new PayRefusal(403, 'NO_AUTH', '商户号没有服务商权限');
  assertOwn(call.merchant, { mchid: request.sp_mchid, appid: request.sp_appid });
  const { sp_openid = '', sub_openid } = request.payer;
  if (sub_openid !== undefined && request.sub_appid === undefined) {
    throw paramError('/body/sub_appid', '传入sub_openid时sub_appid必传');
  }
  if (sp_openid !== '') assertOpenId(context, request.sp_appid, sp_openid);
  if (sub_openid !== undefined) assertOpenId(context, request.sub_appid ?? '', sub_openid);
  const order = takeOrder(context, call, {
    ...toOrder(context, call, request),
    appId: request.sp_appid,
    payerAppId: sub_openid === undefined ? request.sp_appid : (request.sub_appid ?? ''),
    openId: sp_openid,
    sub: { mchId: request.sub_mchid, appId: request.sub_appid, openId: sub_openid },
  });
  return { status: 200, body: { prepay_id: addPrepay(context, call, order, toPrepayId()) } };
}

interface CommonRequest {
  readonly description: string;
  readonly out_trade_no: string;
  readonly attach?: string | undefined;
  readonly notify_url: string;
  readonly time_expire?: string | undefined;
  readonly amount: { readonly total: number; readonly currency: string };
  readonly scene_info?: { readonly device_id?: string | undefined } | undefined;
  readonly settle_info?: { readonly profit_sharing?: boolean | undefined } | undefined;
}

function toOrder(
  context: Context,
  { merchant, body }: PrepayCall,
  request: CommonRequest,
): Omit<Order, 'appId' | 'payerAppId' | 'openId'> {
  return {
    mchId: merchant.mchId,
    outTradeNo: request.out_trade_no,
    description: request.description,
    attach: request.attach,
    notifyUrl: request.notify_url,
    totalFen: request.amount.total,
    currency: request.amount.currency,
    tradeType: 'JSAPI',
    deviceId: request.scene_info?.device_id,
    isFrozen: request.settle_info?.profit_sharing === true,
    expiresAtMs: toExpiry(context, request.time_expire),
    content: writeInOrder(body),
    prepays: [],
    state: 'NOTPAY',
  };
}
