import type { PrepayOptions } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { z } from 'zod';
import { toBeijingTime } from './to-beijing-time.ts';

/** What every way to pay is prepaid with. */
export interface NativePrepay {
  /** One of the merchant's apps. */
  readonly appId: string;
  /** At most 127 characters. */
  readonly description: string;
  readonly outTradeNo: string;
  readonly amountFen: number;
  readonly currency: string;
  /** 支付通知地址: absolute, https, without a query, at most 255 characters. */
  readonly notifyUrl: string;
  /** After it nobody can pay; without it an order could be paid for 7 days. */
  readonly timeExpire: Date;
  readonly attach?: string | undefined;
  readonly options?: PrepayOptions | undefined;
}

/** The app is the one that the openid belongs to. */
export interface JsapiPrepay extends NativePrepay {
  readonly openId: string;
  /** 子商户号: whose order a service provider (服务商) prepays. */
  readonly subMchId?: string | undefined;
  /** The app of that merchant. */
  readonly subAppId?: string | undefined;
  /** The service provider's app, where the buyer pays in that merchant's, which `appId` then is. */
  readonly spAppId?: string | undefined;
}

/**
 * The body of a JSAPI prepay; the same order always makes the same one.
 * https://pay.weixin.qq.com/doc/v3/merchant/4012525167, https://pay.weixin.qq.com/doc/v3/partner/4012085810
 */
export function toJsapiBody(mchId: string, prepay: JsapiPrepay): Record<string, unknown> {
  const { appId, openId, subMchId, subAppId, spAppId } = prepay;
  if (subMchId === undefined) return { ...toNativeBody(mchId, prepay), payer: { openid: openId } };
  return {
    sp_appid: spAppId ?? appId,
    sp_mchid: mchId,
    ...(subAppId === undefined ? {} : { sub_appid: subAppId }),
    sub_mchid: subMchId,
    ...toOrderFields(prepay),
    payer: spAppId === undefined ? { sp_openid: openId } : { sub_openid: openId },
  };
}

/** https://pay.weixin.qq.com/doc/v3/merchant/4012525095. The same order always makes the same body. */
export function toNativeBody(mchId: string, prepay: NativePrepay): Record<string, unknown> {
  return { appid: prepay.appId, mchid: mchId, ...toOrderFields(prepay) };
}

function toOrderFields(prepay: NativePrepay): Record<string, unknown> {
  return {
    description: prepay.description,
    out_trade_no: prepay.outTradeNo,
    time_expire: toBeijingTime(prepay.timeExpire),
    ...(prepay.attach === undefined ? {} : { attach: prepay.attach }),
    notify_url: prepay.notifyUrl,
    amount: { total: prepay.amountFen, currency: prepay.currency },
    ...prepay.options,
  };
}

const jsapiAnswer = z.looseObject({ prepay_id: z.string().regex(/^[\x21-\x7e]{1,128}$/) });
const nativeAnswer = z.looseObject({ code_url: z.string().regex(/^[\x21-\x7e]{1,512}$/) });

/** @throws AppError WECHAT_SYSTEM_ERROR for an answer that is not understood */
export function parseJsapiAnswer(json: unknown): { prepayId: string } {
  const parsed = jsapiAnswer.safeParse(json);
  if (parsed.success) return { prepayId: parsed.data.prepay_id };
  throw notUnderstood();
}

/** @throws AppError WECHAT_SYSTEM_ERROR for an answer that is not understood */
export function parseNativeAnswer(json: unknown): { codeUrl: string } {
  const parsed = nativeAnswer.safeParse(json);
  if (parsed.success) return { codeUrl: parsed.data.code_url };
  throw notUnderstood();
}

function notUnderstood(): AppError {
  return new AppError('WECHAT_SYSTEM_ERROR', { details: { reason: 'answer_not_understood' } });
}
