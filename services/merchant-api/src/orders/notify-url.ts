/** The longest merchant number that the configuration takes. */
export const longestMchId = '9'.repeat(32);
/** https://pay.weixin.qq.com/doc/v3/merchant/4012525167 */
export const mostNotifyUrlCharacters = 255;

/** 支付通知地址: the route of the ingress for this merchant, which thereby chooses the credentials. */
export function toNotifyUrl(callbackBaseUrl: string, mchId: string): string {
  return `${callbackBaseUrl}/callbacks/wechat-pay/${mchId}`;
}
