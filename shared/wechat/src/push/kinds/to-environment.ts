/**
 * Env and env of payments: 0 is live, 1 the sandbox. Apple's payments have none, and no sandbox. Anything else stays
 * as it is, for the event's schema to refuse: goods must not be delivered for play money.
 * https://developers.weixin.qq.com/miniprogram/dev/platform-capabilities/business-capabilities/virtual-payment/ios
 */
export function toEnvironment(env: string | undefined): string {
  if (env === '1') return 'sandbox';
  return env === undefined || env === '0' ? 'live' : env;
}
