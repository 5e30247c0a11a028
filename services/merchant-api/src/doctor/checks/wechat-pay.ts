import { randomBytes } from 'node:crypto';
import type { Merchant } from '@huidiao/contracts';
import { toAppError } from '@huidiao/errors';
import { toLiveDirectory } from '@huidiao/runtime';
import { createPayClient, createPlatformKeyrings } from '@huidiao/wechat';
import { repeatCall, toNotProven } from '../../verify-callback/call-wechat.ts';
import { usualTimes } from '../../verify-callback/check-deps.ts';
import type { Check } from '../check.ts';
import type { Finding } from '../finding.ts';
import { createHeardLog } from '../heard-log.ts';
import { ofMerchants, type Site, withoutVariable } from '../site.ts';

const timeoutMs = 5_000;
const longestDownloadMs = 10_000;

export const wechatPayCheck: Check = {
  name: 'wechat-pay',
  title: "our signature and WeChat Pay's, by a query of an order that does not exist",
  settings: [
    'mchid',
    'merchant_serial_no',
    'merchant_private_key_file',
    'wechatpay_public_keys',
    'platform_certificates',
  ],
  asksOthers: true,
  run: (site) => ofMerchants(site, (merchant, at) => query(site, merchant, at)),
};

async function query(site: Site, merchant: Merchant, at: string): Promise<Finding[]> {
  const { WECHAT_PAY_API_URL: baseUrl } = site.variables;
  if (baseUrl === undefined) return [withoutVariable('WECHAT_PAY_API_URL')];
  const { verifiedBy, error } = await queryNothing(site, baseUrl, merchant);
  if (error === undefined) {
    return [{ level: 'problem', says: 'WeChat Pay says that it has an order which nobody made' }];
  }
  if (toAppError(error).code !== 'ORDER_NOT_FOUND') return [toFinding(error, at)];
  return [verifiedBy === undefined ? notSigned : toProven(verifiedBy)];
}

function toProven(verifiedBy: string): Finding {
  const says = `WeChat Pay took our signature, and its own verifies with ${verifiedBy}: 商户号, serial, private key and its key are right`;
  return { level: 'ok', says };
}

const notSigned: Finding = {
  level: 'warning',
  says: 'WeChat Pay took our signature, but did not sign its answer: whether its key is right is proven by a callback alone',
  where: 'WECHAT_PAY_API_URL, or a proxy that takes the Wechatpay-* headers out of answers',
  todo: ['npm run verify-callback'],
};

interface Asked {
  /** The serial of the key that the answer was verified with; undefined where it was not signed. */
  readonly verifiedBy: string | undefined;
  readonly error: unknown;
}

async function queryNothing(site: Site, baseUrl: string, merchant: Merchant): Promise<Asked> {
  const { clock, metrics, pause } = site;
  const { logger } = createHeardLog();
  const directory = toLiveDirectory({ merchants: new Map([[merchant.mchId, merchant]]), apps: new Map() });
  const wechatPay = { baseUrl, clock, logger, metrics };
  const keyrings = createPlatformKeyrings({ ...wechatPay, directory });
  const keyring = keyrings.of(merchant);
  let verifiedBy: string | undefined;
  const keys = {
    encryptionKey: () => keyring.encryptionKey(),
    find(serial: string) {
      verifiedBy = serial;
      return keyring.find(serial);
    },
  };
  const client = createPayClient({ ...wechatPay, merchant, keys, timeoutMs });
  const outTradeNo = `HUIDIAO-DOCTOR-${randomBytes(8).toString('hex')}`;
  try {
    await keyrings.untilDownloaded(longestDownloadMs);
    // A service provider (服务商) asks about orders of others, whom nothing here names; combined orders are its own.
    const ask = () =>
      merchant.isServiceProvider ? client.queryCombined(outTradeNo) : client.queryByOutTradeNo(outTradeNo);
    const times = { ...usualTimes, callbackMs: 0 };
    await repeatCall<unknown>({ pause, times }, ask);
    return { verifiedBy, error: undefined };
  } catch (error) {
    return { verifiedBy, error };
  } finally {
    client.close();
    keyrings.close();
    directory.close();
  }
}

const wrongTime: Finding = {
  level: 'problem',
  says: "WeChat Pay's answer is dated more than five minutes from this machine's clock, so that nothing it signs is believed",
  where: 'this machine',
  todo: ['let NTP set the clock; see clock'],
};

function toFinding(error: unknown, at: string): Finding {
  const { code, details } = toAppError(error);
  if (details.reason === 'timestamp_stale') return wrongTime;
  const { message, advice } = toNotProven('a signed query was not answered as it should be', error);
  const isElsewhere = code === 'WECHAT_UNREACHABLE' || code === 'WECHAT_BUSY';
  const todo =
    code === 'WECHAT_SYSTEM_ERROR'
      ? [
          ...advice,
          'if it stays so: WeChat Pay answers this too where merchant_serial_no is of another merchant',
        ]
      : advice;
  return {
    level: code === 'WECHAT_BUSY' ? 'warning' : 'problem',
    says: message,
    where: isElsewhere ? 'WECHAT_PAY_API_URL' : at,
    todo,
  };
}
