import { z } from 'zod';
import type { Context } from '../context.ts';
import type { SimulatedApp } from '../settings.ts';
import type { JsonValue } from '../write-json.ts';
import { MiniProgramRefusal } from './api-error.ts';

const request = z.object({
  grant_type: z.string().optional(),
  appid: z.string().optional(),
  secret: z.string().optional(),
  force_refresh: z.boolean().optional(),
});

/**
 * POST /cgi-bin/stable_token. `body` is undefined where it was no JSON. Throws MiniProgramRefusal.
 * https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-access-token/getStableAccessToken.html
 */
export function stableToken(context: Context, body: unknown, callerAddress: string): JsonValue {
  const parsed = request.safeParse(body);
  if (!parsed.success) throw new MiniProgramRefusal(47001, 'data format error');
  const { grant_type, appid, secret, force_refresh } = parsed.data;
  if (grant_type !== 'client_credential') throw new MiniProgramRefusal(40002, 'invalid grant_type');
  if (!appid) throw new MiniProgramRefusal(41002, 'appid missing');
  if (!secret) throw new MiniProgramRefusal(41004, 'appsecret missing');
  const app = context.apps.get(appid);
  if (app === undefined) throw new MiniProgramRefusal(40013, 'invalid appid');

  const { counts, give, force } = context.tokens;
  try {
    assertCredentials(app, secret, callerAddress);
    const gift = force_refresh ? force(appid) : give(appid);
    if (gift === undefined) throw new MiniProgramRefusal(45009, 'reach max api daily quota limit');
    counts(appid).calls += 1;
    return { access_token: gift.token, expires_in: gift.expiresInSeconds };
  } catch (error) {
    counts(appid).refused += 1;
    throw error;
  }
}

function assertCredentials(app: SimulatedApp, secret: string, callerAddress: string): void {
  if (secret !== app.appSecret) throw new MiniProgramRefusal(40125, 'invalid appsecret');
  const address = callerAddress.replace(/^::ffff:/, '');
  if (app.ipWhitelist !== undefined && !app.ipWhitelist.includes(address)) {
    throw new MiniProgramRefusal(40164, `invalid ip ${address} ipv6 ::ffff:${address}, not in whitelist`);
  }
}
