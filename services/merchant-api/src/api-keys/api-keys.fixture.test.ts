import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rsaKeysOf, testMongoUri } from '@huidiao/testing';

/** What the tests of the commands for API keys share; it holds no test itself. */

/** The one merchant of the file. */
export const mchId = '1900000001';

/** Writes a merchants file and its keys into a folder. @returns the environment of a command, with a new database. */
export function writeMerchants(folder: string): Record<string, string> {
  const own = rsaKeysOf('merchant');
  const wechatpay = rsaKeysOf('wechat-pay');
  writeFileSync(join(folder, 'key.pem'), own.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(join(folder, 'pub.pem'), wechatpay.publicKey.export({ type: 'spki', format: 'pem' }));
  const merchant = {
    mchid: mchId,
    merchant_serial_no: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
    merchant_private_key_file: 'key.pem',
    api_v3_key: { env: 'API_V3_KEY' },
    wechatpay_public_keys: [{ id: 'PUB_KEY_ID_01', file: 'pub.pem' }],
    appids: ['wx8888888888888888'],
  };
  const app = { appid: 'wx8888888888888888', app_secret: { env: 'APP_SECRET' } };
  writeFileSync(join(folder, 'merchants.json'), JSON.stringify({ merchants: [merchant], apps: [app] }));
  return {
    MONGODB_URI: testMongoUri(),
    MERCHANTS_FILE: join(folder, 'merchants.json'),
    API_V3_KEY: 'k'.repeat(32),
    APP_SECRET: 's'.repeat(32),
  };
}
