import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const merchantKeys = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const apiV3Key = 'hunter22hunter22hunter22hunter22';
export const appSecret = 'hunter33hunter33hunter33hunter33';
export const webhookSecret = `whsec_${randomBytes(32).toString('base64')}`;

/** The environment that the merchants file of `createMerchantFiles` names. */
export const merchantEnv: NodeJS.ProcessEnv = { MCH_API_V3_KEY: apiV3Key, APP_SECRET: appSecret };

type Json = Record<string, unknown>;

/** A merchant as it should stand in the file. */
export function toMerchantEntry(): Json {
  return {
    mchid: '1900000001',
    merchant_serial_no: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
    merchant_private_key_file: 'apiclient_key.pem',
    api_v3_key: { env: 'MCH_API_V3_KEY' },
    wechatpay_public_keys: [{ id: 'PUB_KEY_ID_0119000000012024', file: 'go_public_key.pem' }],
    appids: ['wxd678efh567hg6787'],
    shop: { webhook_url: 'https://shop.example.com/huidiao', webhook_secrets: [{ file: 'webhook_secret' }] },
  };
}

/** An app as it should stand in the file. */
export function toAppEntry(): Json {
  return {
    appid: 'wxd678efh567hg6787',
    app_secret: { env: 'APP_SECRET' },
    templates: { order_paid: { template_id: 'tmpl-1', data: { thing1: '{description}' } } },
  };
}

/** A folder with the keys that those entries name. */
export interface MerchantFiles {
  /** Writes a file into the folder and gives its path. */
  write(name: string, content: string): string;
  /** Writes merchants.json and gives its path. */
  writeMerchants(merchants: readonly unknown[], apps?: readonly unknown[]): string;
  remove(): void;
}

/** Makes the folder, below the system's own for what is temporary; `remove` deletes it. */
export function createMerchantFiles(): MerchantFiles {
  const folder = mkdtempSync(join(tmpdir(), 'huidiao-merchants-'));
  const write = (name: string, content: string) => {
    const path = join(folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  cpSync(fileURLToPath(new URL('vectors', import.meta.url)), folder, { recursive: true });
  write('apiclient_key.pem', merchantKeys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  write('own_public_key.pem', merchantKeys.publicKey.export({ type: 'spki', format: 'pem' }).toString());
  write('webhook_secret', `${webhookSecret}\n`);
  return {
    write,
    writeMerchants: (merchants, apps = []) =>
      write('merchants.json', JSON.stringify({ merchants, apps }, null, 2)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
