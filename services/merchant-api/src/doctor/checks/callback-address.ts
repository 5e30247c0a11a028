import { toNotifyUrl } from '../../orders/notify-url.ts';
import { probeAddress } from '../../verify-callback/probe-address.ts';
import { isLocalUrl, judgeCallbackBase } from '../address-rules.ts';
import { judgeExpiry } from '../certificate-days.ts';
import type { Check } from '../check.ts';
import type { Finding } from '../finding.ts';
import { type AddressLook, lookAtAddress } from '../look-at-address.ts';
import { type Site, withoutVariable } from '../site.ts';

const where = 'CALLBACK_BASE_URL';
const outside =
  'from outside, curl -i -X POST the notify_url must answer 401 with "code":"FAIL": public DNS, https on port 443, the full TLS chain, no redirect, no login';

export const callbackAddressCheck: Check = {
  name: 'callback-address',
  title: 'the public address of the ingress: its form, name, TLS certificate, and that an ingress answers',
  settings: ['CALLBACK_BASE_URL'],
  asksOthers: false,
  async run(site) {
    const { CALLBACK_BASE_URL: base, WECHAT_PAY_API_URL: wechat } = site.variables;
    if (base === undefined) return [withoutVariable('CALLBACK_BASE_URL')];
    const isSimulated = wechat !== undefined && isLocalUrl(wechat);
    const rules = judgeCallbackBase(base).map(
      (problem): Finding => ({
        level: isSimulated ? 'warning' : 'problem',
        says: `${base} ${problem}${isSimulated ? ' (a simulator on this machine does not mind)' : ''}`,
        where,
      }),
    );
    const seen = site.command.offline ? [toNotAsked(site, base)] : await askIt(site, base);
    return [...rules, ...seen];
  },
};

function toNotAsked(site: Site, base: string): Finding {
  const says = `only its form was looked at (--offline); a notify_url is ${toAnyNotifyUrl(site, base)}`;
  return { level: 'skipped', says };
}

/** Of the first merchant. */
function toAnyNotifyUrl({ directory }: Site, base: string): string {
  const [mchId = '0'] = directory?.merchants.keys() ?? [];
  return toNotifyUrl(base, mchId);
}

async function askIt(site: Site, base: string): Promise<Finding[]> {
  const look = await lookAtAddress(base);
  const tls = judgeTls(base, look, site.clock.now());
  const url = toAnyNotifyUrl(site, base);
  const probe = await probeAddress(url);
  if (probe.kind === 'ingress' && look.kind === 'failed') {
    return [{ level: 'problem', says: `${base} ${look.problem}`, where, todo: [outside] }];
  }
  if (probe.kind === 'ingress') {
    return [...tls, { level: 'ok', says: `an ingress answers at ${url}, asked from here` }];
  }
  const failed: Finding = {
    level: 'problem',
    says: `${url}, asked from here: ${probe.problem}`,
    where,
    todo: [
      outside,
      'a network that cannot reach its own public address shows this too; then only outside counts',
    ],
  };
  return [...tls, failed];
}

function judgeTls(base: string, look: AddressLook, now: Date): Finding[] {
  if (look.kind === 'failed') return [];
  const seemsPrivate: Finding = {
    level: 'warning',
    says: `${base} leads to a private address, seen from here; the internet must see another one`,
    where,
    todo: ['look its name up from outside, such as with dig @223.5.5.5'],
  };
  const expiry = look.expiresAt === undefined ? undefined : judgeExpiry(look.expiresAt, now, 14);
  const ending: Finding | undefined = expiry && {
    level: expiry.level,
    says: `its TLS certificate ${expiry.says}`,
    where,
    ...(expiry.level === 'ok'
      ? {}
      : { todo: ['renew it; WeChat sends nothing to an address whose certificate has ended'] }),
  };
  const isSurprising = look.isPrivate && !isLocalUrl(base);
  return [...(isSurprising ? [seemsPrivate] : []), ...(ending === undefined ? [] : [ending])];
}
