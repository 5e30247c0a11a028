import { createHmac } from 'node:crypto';
import type { Context } from '../context.ts';
import type { SimulatedApp } from '../settings.ts';
import type { JsonValue } from '../write-json.ts';
import { MiniProgramRefusal } from './api-error.ts';

/**
 * GET /wxa/checksession: whether a session_key is the user's present one, without sending it. The key is the text of
 * the session_key, not its bytes. Throws MiniProgramRefusal.
 * https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/checkSessionKey.html
 */
export function checkSession(
  { users }: Context,
  { appId }: SimulatedApp,
  query: { readonly openid?: unknown; readonly signature?: unknown; readonly sig_method?: unknown },
): JsonValue {
  if (query.sig_method !== 'hmac_sha256') throw new MiniProgramRefusal(40097, 'invalid args sig_method');
  const sessionKey = users.find(appId, String(query.openid))?.sessionKey;
  const expected = sessionKey && createHmac('sha256', sessionKey).update('').digest('hex');
  if (expected === undefined || query.signature !== expected) {
    throw new MiniProgramRefusal(87009, 'invalid signature');
  }
  return { errcode: 0, errmsg: 'ok' };
}
