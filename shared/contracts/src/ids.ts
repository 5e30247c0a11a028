import { z } from 'zod';

export const mchId = z
  .string()
  .regex(/^[0-9]{6,32}$/, 'must be 6 to 32 digits')
  .meta({ description: 'Merchant number (商户号): 6 to 32 digits.', examples: ['1900000001'] });
export const appId = z
  .string()
  .regex(/^wx[0-9A-Za-z_-]{4,30}$/, 'must begin with wx')
  .meta({
    description: 'AppID (小程序ID) of a mini-program or a service account.',
    examples: ['wx8888888888888888'],
  });
/** WeChat says string(128). */
export const openId = z
  .string()
  .regex(/^[0-9A-Za-z_-]{1,128}$/, 'must be an openid')
  .meta({ description: 'A user within one app (openid).', examples: ['oUpF8uMuAJO_M2pxb1Q9zNjWeS6o'] });
/** https://pay.weixin.qq.com/doc/v3/merchant/4012525167 */
export const outTradeNo = z
  .string()
  .regex(/^[0-9A-Za-z_\-|*]{6,32}$/, 'must be 6 to 32 of the characters 0-9 A-Z a-z _ - | *')
  .meta({
    description:
      "The merchant's own order number (商户订单号): 6 to 32 of the characters 0-9 A-Z a-z _ - | *, unique for the merchant.",
    examples: ['tea-20270105-0001'],
  });
export const transactionId = z
  .string()
  .regex(/^[0-9A-Za-z]{1,32}$/)
  .meta({
    description: "WeChat Pay's order number (微信支付订单号). Digits beyond 2^53: text, never a number.",
    examples: ['4200000000202701050000000001'],
  });
/** An amount in fen (分). Never a fraction, never text. */
export const amountFen = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
/** The same of what may cost nothing, such as a gift among goods or a refund of a coupon alone. */
export const amountFenOrNone = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
export const currency = z.string().regex(/^[A-Z]{3}$/);

/** The key of an order in the store: unique over all merchants. */
export function toOrderId(merchant: string, orderNumber: string): string {
  return `${merchant}/${orderNumber}`;
}
