import { judgeServerDomain } from '../address-rules.ts';
import { judgeExpiry } from '../certificate-days.ts';
import type { Check } from '../check.ts';
import type { Finding } from '../finding.ts';
import { lookAtAddress } from '../look-at-address.ts';
import type { Site } from '../site.ts';

const where = '--server-domain; 微信公众平台 → 开发管理 → 开发设置 → 服务器域名';
const limitMs = 5_000;

export const serverDomainCheck: Check = {
  name: 'server-domain',
  title: 'the domain by which mini-programs reach merchant-api',
  settings: ['TRUSTED_PROXIES'],
  asksOthers: false,
  async run(site) {
    const { serverDomain: url, offline } = site.command;
    if (url === undefined) {
      return [
        {
          level: 'skipped',
          says: 'not looked at; to have it: npm run doctor -- --server-domain https://api.example.com',
        },
      ];
    }
    if (!URL.canParse(url)) {
      const todo = ['write all of it, such as https://api.example.com'];
      return [{ level: 'problem', says: `${url} is not a URL`, where, todo }];
    }
    const rules = judgeServerDomain(url).map(
      (problem): Finding => ({
        level: 'problem',
        says: `${url} ${problem}`,
        where,
      }),
    );
    const proxies = judgeProxies(site, url);
    const seen = offline ? [] : await askIt(site, new URL(url).origin);
    const fine: Finding = {
      level: 'ok',
      says: `request合法域名 is ${new URL(url).origin}; that it has an ICP filing (备案) is seen by the console alone`,
    };
    return rules.length === 0 ? [fine, ...proxies, ...seen] : [...rules, ...proxies, ...seen];
  },
};

/** merchant-api speaks http: whatever speaks https for it stands before it. */
function judgeProxies({ variables }: Site, url: string): Finding[] {
  if (variables.TRUSTED_PROXIES !== 0 || !url.startsWith('https:')) return [];
  return [
    {
      level: 'warning',
      says: 'TRUSTED_PROXIES is 0, though a proxy speaks https for merchant-api: to its rates all users have one address',
      where: 'TRUSTED_PROXIES',
      todo: ['set it to the number of proxies before merchant-api that add to X-Forwarded-For, such as 1'],
    },
  ];
}

async function askIt({ clock }: Site, origin: string): Promise<Finding[]> {
  const look = await lookAtAddress(origin);
  if (look.kind === 'failed') return [{ level: 'problem', says: `${origin} ${look.problem}`, where }];
  const expiry = look.expiresAt === undefined ? undefined : judgeExpiry(look.expiresAt, clock.now(), 14);
  const tls: Finding[] =
    expiry === undefined || expiry.level === 'ok'
      ? []
      : [
          {
            level: expiry.level,
            says: `the TLS certificate of ${origin} ${expiry.says}`,
            where,
            todo: ['renew it'],
          },
        ];
  return [...tls, await askMerchantApi(origin)];
}

/** Nobody is logged in: merchant-api says so in a problem document. */
async function askMerchantApi(origin: string): Promise<Finding> {
  const url = `${origin}/v1/sessions/current`;
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(limitMs) });
    const type = response.headers.get('content-type') ?? '';
    if (response.status === 401 && type.startsWith('application/problem+json')) {
      return { level: 'ok', says: `merchant-api answers at ${origin}` };
    }
    const says = `${url} answers ${response.status}, where merchant-api answers 401 with a problem document`;
    return {
      level: 'problem',
      says,
      where,
      todo: ['let the proxy lead /v1/ there, with the path unchanged'],
    };
  } catch {
    return { level: 'problem', says: `${url} does not answer within ${limitMs / 1_000} s`, where };
  }
}
