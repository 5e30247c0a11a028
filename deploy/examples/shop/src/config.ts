import { readFileSync } from 'node:fs';
import type { ShopOptions } from './shop.ts';

/**
 * PORT (default 3902), HOST (127.0.0.1), WEBHOOK_SECRET or WEBHOOK_SECRET_FILE (required), ALLOW_FAULTS
 * (`true` offers POST /faults). Throws where one is missing or malformed.
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
  };
}

function readSecret(env: NodeJS.ProcessEnv): string {
  const { WEBHOOK_SECRET: secret, WEBHOOK_SECRET_FILE: file } = env;
  if (secret) return secret;
  if (file) return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  throw new Error('set WEBHOOK_SECRET or WEBHOOK_SECRET_FILE to the secret of shop.webhook_secrets');
}
