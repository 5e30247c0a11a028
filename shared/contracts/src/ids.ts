import { z } from 'zod';

/** Merchant number (商户号). */
export const mchId = z.string().regex(/^[0-9]{6,32}$/, 'must be 6 to 32 digits');
/** A mini-program's AppID (小程序ID). */
export const appId = z.string().regex(/^wx[0-9A-Za-z_-]{4,30}$/, 'must begin with wx');
/** A user within one app. WeChat says string(128). */
export const openId = z.string().regex(/^[0-9A-Za-z_-]{1,128}$/, 'must be an openid');
/**
 * The merchant's own order number (商户订单号): 6 to 32 of these characters.
 * https://pay.weixin.qq.com/doc/v3/merchant/4012525167
 */
export const outTradeNo = z
  .string()
  .regex(/^[0-9A-Za-z_\-|*]{6,32}$/, 'must be 6 to 32 of the characters 0-9 A-Z a-z _ - | *');
/** WeChat Pay's order number (微信支付订单号); digits, beyond 2^53, therefore text. */
export const transactionId = z.string().regex(/^[0-9A-Za-z]{1,32}$/);
/** An amount in fen (分). Never a fraction, never text. */
export const amountFen = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
export const currency = z.string().regex(/^[A-Z]{3}$/);

/** The key of an order in the store: unique over all merchants. */
export function toOrderId(merchant: string, orderNumber: string): string {
  return `${merchant}/${orderNumber}`;
}
