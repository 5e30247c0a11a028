import type { Merchant } from '@huidiao/contracts';
import { toLiveDirectory } from '@huidiao/runtime';
import { createPlatformKeyrings } from '@huidiao/wechat';
import type { Check } from '../check.ts';
import type { Finding } from '../finding.ts';
import { createHeardLog } from '../heard-log.ts';
import { ofMerchants, type Site, withoutVariable } from '../site.ts';

const platform = '商户平台 → 账户中心 → API安全 → APIv3密钥';
const limitMs = 10_000;

export const apiV3KeyCheck: Check = {
  name: 'api-v3-key',
  title: 'APIv3密钥 (and APIv2密钥), by opening what WeChat Pay encrypts with it',
  settings: ['api_v3_key', 'api_v2_key'],
  asksOthers: false,
  run: (site) =>
    ofMerchants(site, async (merchant, at) => [
      ...judgeSharing(site, merchant, at),
      await openSomething(site, merchant, at),
    ]),
};

/** Merchants choose their keys themselves, so that two that are equal were probably copied. */
function judgeSharing({ merchants }: Site, merchant: Merchant, at: string): Finding[] {
  const { apiV3Key, apiV2Key } = merchant;
  const others = [...(merchants?.directory?.merchants.values() ?? [])].filter((other) => other !== merchant);
  const other = others.find((one) => one.apiV3Key === apiV3Key);
  const isV2 = apiV2Key === apiV3Key;
  if (other === undefined && !isV2) return [];
  return [
    {
      level: 'warning',
      says: isV2
        ? 'APIv3密钥 and APIv2密钥 are equal; whoever has the one has the other'
        : `it has the same APIv3密钥 as merchant ${other?.mchId}; one of them was probably copied`,
      where: `${at}.api_v3_key`,
      todo: [
        `choose another one at ${platform}, and put it into the file with the old one as api_v3_key_previous`,
      ],
    },
  ];
}

/**
 * WeChat Pay encrypts the platform certificates with it. A merchant that has only a public key has none, and is told
 * by the first callback.
 */
async function openSomething(site: Site, merchant: Merchant, at: string): Promise<Finding> {
  const { WECHAT_PAY_API_URL: baseUrl } = site.variables;
  if (baseUrl === undefined) return withoutVariable('WECHAT_PAY_API_URL');
  const notProven =
    'it has 32 bytes; that it is the one of the merchant platform is proven by a callback alone';
  const todo = [`npm run verify-callback -- --merchant ${merchant.mchId}`];
  if (site.command.offline) return { level: 'skipped', says: notProven, todo };
  const { outcome, code } = await download(site, baseUrl, merchant);
  switch (outcome) {
    case 'opened':
      return { level: 'ok', says: 'it opens what WeChat Pay encrypts' };
    case 'not-opened':
      return {
        level: 'problem',
        says: 'it does not open what WeChat Pay encrypts: it is not the APIv3密钥 of this merchant',
        where: `${at}.api_v3_key`,
        todo: [`set it at ${platform} to what the file has, or the other way round; it cannot be read there`],
      };
    case 'nothing':
      return { level: 'skipped', says: notProven, todo };
    case 'failed':
      return {
        level: 'skipped',
        says: `${notProven}: WeChat Pay could not be asked (${code}); see wechat-pay`,
        todo,
      };
    default:
      return outcome satisfies never;
  }
}

interface Download {
  readonly outcome: 'opened' | 'not-opened' | 'nothing' | 'failed';
  readonly code: string;
}

async function download({ clock, metrics }: Site, baseUrl: string, merchant: Merchant): Promise<Download> {
  const asked = { ...merchant, downloadsCertificates: true, apiV3KeyPrevious: undefined };
  const directory = toLiveDirectory({ merchants: new Map([[asked.mchId, asked]]), apps: new Map() });
  const { logger, heard } = createHeardLog();
  const keyrings = createPlatformKeyrings({ directory, baseUrl, clock, logger, metrics });
  try {
    await keyrings.untilDownloaded(limitMs);
    const { certificates } = keyrings.of(asked).legacy;
    const code = String(heard('platform_certificates.download_failed')?.errorCode ?? '');
    if (certificates.length > 0) return { outcome: 'opened', code };
    if (code === 'WECHAT_CERTIFICATES_NOT_OPENED') return { outcome: 'not-opened', code };
    return { outcome: code === '' ? 'nothing' : 'failed', code };
  } finally {
    keyrings.close();
    directory.close();
  }
}
