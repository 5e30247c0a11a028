import { isIP } from 'node:net';
import { isSpecialAddress, toBareHost } from '@huidiao/runtime';

/** Whether the URL itself says that it leads nowhere from the internet. */
export function isLocalUrl(url: string): boolean {
  const host = toBareHost(new URL(url));
  if (isIP(host) !== 0) return isSpecialAddress(host);
  return !host.includes('.') || /(^|\.)(localhost|local|internal|lan)$/.test(host);
}

/** The port as it is written; URL leaves out :443 of https. */
function toWrittenPort(url: string): string | undefined {
  return /^[a-z]+:\/\/(?:\[[^\]]*\]|[^/:?#]*):(\d+)/i.exec(url)?.[1];
}

/**
 * What WeChat Pay has against an address that callbacks are sent to; the rest of a sentence that begins with it. Its
 * length and a query are looked at when CALLBACK_BASE_URL is read.
 * https://pay.weixin.qq.com/doc/v3/merchant/4012525167
 */
export function judgeCallbackBase(base: string): readonly string[] {
  const port = toWrittenPort(base);
  return [
    ...(base.startsWith('https://') ? [] : ['does not begin with https://, and WeChat takes nothing else']),
    ...(port === undefined
      ? []
      : [`names the port ${port}, which WeChat drops or refuses; let 443 lead there`]),
    ...(isLocalUrl(base) ? ['cannot be reached from the internet; name a public host'] : []),
    ...(/\/callbacks(\/|$)/.test(new URL(base).pathname)
      ? ['names /callbacks, which is added by itself: leave out what follows the host']
      : []),
  ];
}

/**
 * What the console has against a domain that mini-programs call (request合法域名).
 * https://developers.weixin.qq.com/miniprogram/dev/framework/ability/network.html
 */
export function judgeServerDomain(url: string): readonly string[] {
  const host = toBareHost(new URL(url));
  const isIp = isIP(host) !== 0;
  return [
    ...(url.startsWith('https://') ? [] : ['does not begin with https://']),
    ...(isIp ? ['names an IP address; the console takes names only'] : []),
    ...(!isIp && isLocalUrl(url) ? ['cannot be reached from the internet; name a public host'] : []),
    ...(toWrittenPort(url) === '443'
      ? ['writes :443; leave the port out, there and in the mini-program']
      : []),
    ...(host === 'api.weixin.qq.com'
      ? ['is WeChat itself; a mini-program calls your server, and that calls WeChat']
      : []),
    ...(host.includes('*') ? ['holds *; each host is entered by itself'] : []),
  ];
}
