import { readFileSync } from 'node:fs';
import type { MerchantApi } from './merchant-api.ts';
import type { ShopOptions } from './shop.ts';

/**
 * PORT (default 3902), HOST (127.0.0.1), WEBHOOK_SECRET or WEBHOOK_SECRET_FILE (required), ALLOW_FAULTS
 * (`true` offers POST /faults), MERCHANT_API_URL with MERCHANT_API_KEY or MERCHANT_API_KEY_FILE (offer
 * POST /checkout). Throws where one is missing or malformed.
 */
export function loadShopConfig(env: NodeJS.ProcessEnv): ShopOptions {
  const port = env.PORT || '3902';
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new Error('PORT must be from 0 to 65535');
  const allowFaults = env.ALLOW_FAULTS || 'false';
  if (!['true', 'false'].includes(allowFaults)) throw new Error('ALLOW_FAULTS must be true or false');
  return {
    port: Number(port),
    host: env.HOST || '127.0.0.1',
    webhookSecret: readSecret(env),
    allowFaults: allowFaults === 'true',
    merchantApi: readMerchantApi(env),
  };
}

function readMerchantApi(env: NodeJS.ProcessEnv): MerchantApi | undefined {
  const { MERCHANT_API_URL: url } = env;
  if (!url) return undefined;
  if (!URL.canParse(url)) throw new Error('MERCHANT_API_URL must be the address of merchant-api');
  const apiKey = readText(env, 'MERCHANT_API_KEY');
  if (apiKey === undefined) {
    throw new Error('set MERCHANT_API_KEY or MERCHANT_API_KEY_FILE to a key of npm run create-api-key');
  }
  return { url, apiKey };
}

function readSecret(env: NodeJS.ProcessEnv): string {
  const secret = readText(env, 'WEBHOOK_SECRET');
  if (secret !== undefined) return secret;
  throw new Error('set WEBHOOK_SECRET or WEBHOOK_SECRET_FILE to the secret of shop.webhook_secrets');
}

function readText(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const { [name]: text, [`${name}_FILE`]: file } = env;
  if (text) return text;
  return file ? readFileSync(file, 'utf8').replace(/\r?\n$/, '') : undefined;
}
