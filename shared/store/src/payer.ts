import type { PaymentSucceeded } from '@huidiao/contracts';

type PaidIn = Pick<PaymentSucceeded, 'appId' | 'subAppId' | 'openId' | 'subOpenId'>;

/**
 * Whether a payment may be one for an order of this app. A service provider's payment (服务商), and a part of a
 * combined one (合单), names two: the provider's and that of the merchant below it, in whichever it was paid.
 * https://pay.weixin.qq.com/doc/v3/partner/4012085810
 */
export function isPaidIn(appId: string, payment: PaidIn): boolean {
  return appId === payment.appId || appId === payment.subAppId;
}

/** The payer as the order's app knows them: an openid is one within one app. */
export function toPayerOpenId(appId: string, payment: PaidIn): string | undefined {
  const inSubApp = appId === payment.subAppId ? payment.subOpenId : undefined;
  return inSubApp ?? (appId === payment.appId ? payment.openId : undefined);
}
