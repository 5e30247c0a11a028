import { readFileSync } from 'node:fs';
import type { Phone } from './browser/phone.ts';
import type { MerchantApi } from './merchant-api.ts';
import type { ShopOptions } from './shop.ts';

/**
 * PORT (default 3902), HOST (127.0.0.1), WEBHOOK_SECRET or WEBHOOK_SECRET_FILE (required), ALLOW_FAULTS
 * (`true` offers POST /faults), MERCHANT_API_URL with MERCHANT_API_KEY, or either in a file (offer POST /checkout),
 * with these SIMULATOR_URL and APPID (offer the pages for a browser). Throws where one is missing or malformed.
 */
export function loadShopConfig(env: NodeJS.ProcessEnv): ShopOptions {
  const port = env.PORT || '3902';
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new Error('PORT must be from 0 to 65535');
  const allowFaults = env.ALLOW_FAULTS || 'false';
  if (!['true', 'false'].includes(allowFaults)) throw new Error('ALLOW_FAULTS must be true or false');
  const merchantApi = readMerchantApi(env);
  return {
    port: Number(port),
    host: env.HOST || '127.0.0.1',
    webhookSecret: readSecret(env),
    allowFaults: allowFaults === 'true',
    merchantApi,
    phone: readPhone(env, merchantApi),
  };
}

/**
 * Files are read again for each request: a key that was renewed counts at once, and what is not there yet may come
 * while the shop runs.
 */
function readMerchantApi(env: NodeJS.ProcessEnv): MerchantApi | undefined {
  const { MERCHANT_API_URL: url, MERCHANT_API_URL_FILE: urlFile, MERCHANT_API_KEY_FILE: keyFile } = env;
  if (!url && !urlFile) return undefined;
  if (url) assertUrl('MERCHANT_API_URL', url);
  if (!env.MERCHANT_API_KEY && !keyFile) {
    throw new Error('set MERCHANT_API_KEY or MERCHANT_API_KEY_FILE to a key of npm run create-api-key');
  }
  return {
    get url() {
      return readText(env, 'MERCHANT_API_URL') ?? '';
    },
    get apiKey() {
      return readText(env, 'MERCHANT_API_KEY') ?? '';
    },
  };
}

function readPhone(env: NodeJS.ProcessEnv, merchantApi: MerchantApi | undefined): Phone | undefined {
  const { SIMULATOR_URL: simulatorUrl, APPID: appId } = env;
  if (!simulatorUrl) return undefined;
  assertUrl('SIMULATOR_URL', simulatorUrl);
  if (!appId) throw new Error('set APPID to the AppID(小程序ID) that buyers of the simulator are users of');
  if (!merchantApi) throw new Error('SIMULATOR_URL needs MERCHANT_API_URL: orders are made there');
  return { simulatorUrl, appId };
}

function assertUrl(name: string, text: string): void {
  if (!/^https?:/.test(text) || !URL.canParse(text))
    throw new Error(`${name} must be an address such as http://127.0.0.1:3001, and is ${text}`);
}

function readSecret(env: NodeJS.ProcessEnv): string {
  const secret = readText(env, 'WEBHOOK_SECRET');
  if (secret === undefined) {
    throw new Error('set WEBHOOK_SECRET or WEBHOOK_SECRET_FILE to the secret of shop.webhook_secrets');
  }
  // It is not repeated: a secret of something else may have been taken for it.
  if (/^whsec_([A-Za-z0-9+/]{4})+([A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)?$/.test(secret)) return secret;
  throw new Error('WEBHOOK_SECRET must be whsec_ and base64, as shop.webhook_secrets has it');
}

function readText(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const { [name]: text, [`${name}_FILE`]: file } = env;
  if (text) return text;
  return file ? readLine(`${name}_FILE`, file) : undefined;
}

function readLine(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new Error(`${name} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
