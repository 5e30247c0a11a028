import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rsaKeysOf } from './rsa-keys.ts';

/** A merchants file, and the secrets that it names. */
export interface LeastMerchantsFile {
  /** Its path. */
  readonly file: string;
  /** What a process that reads it needs in its environment, MERCHANTS_FILE included. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Writes one merchant and one app with no more than each must have, for a program that only has to start.
 * @param folder where it goes, with the keys that it names
 * @param appFacts further entries of the app, as the file has them
 */
export function writeLeastMerchantsFile(
  folder: string,
  { mchId, appId }: { readonly mchId: string; readonly appId: string },
  appFacts: Readonly<Record<string, unknown>> = {},
): LeastMerchantsFile {
  const { privateKey } = rsaKeysOf('merchant');
  const { publicKey } = rsaKeysOf('wechat-pay');
  writeFileSync(join(folder, 'key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(join(folder, 'pub.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
  const merchant = {
    mchid: mchId,
    merchant_serial_no: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
    merchant_private_key_file: 'key.pem',
    api_v3_key: { env: 'API_V3_KEY' },
    wechatpay_public_keys: [{ id: 'PUB_KEY_ID_01', file: 'pub.pem' }],
    appids: [appId],
  };
  const app = { appid: appId, app_secret: { env: 'APP_SECRET' }, ...appFacts };
  const file = join(folder, 'merchants.json');
  writeFileSync(file, JSON.stringify({ merchants: [merchant], apps: [app] }));
  const secrets = { API_V3_KEY: 'k'.repeat(32), APP_SECRET: 's'.repeat(32) };
  return { file, env: { MERCHANTS_FILE: file, ...secrets } };
}
