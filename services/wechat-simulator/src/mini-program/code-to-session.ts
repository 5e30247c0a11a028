import type { Context } from '../context.ts';
import type { JsonValue } from '../write-json.ts';
import { MiniProgramRefusal } from './api-error.ts';

/** The query of jscode2session as it came. */
export interface SessionQuery {
  readonly appid?: unknown;
  readonly secret?: unknown;
  readonly js_code?: unknown;
  readonly grant_type?: unknown;
}

const minuteMs = 60_000;

/**
 * GET /sns/jscode2session. A success has no errcode. Throws MiniProgramRefusal.
 * https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html
 */
export function codeToSession(context: Context, query: SessionQuery): JsonValue {
  const { appid, secret, js_code: jsCode, grant_type: grantType } = query;
  if (grantType !== 'authorization_code') throw new MiniProgramRefusal(40002, 'invalid grant_type');
  if (!appid) throw new MiniProgramRefusal(41002, 'appid missing');
  if (!secret) throw new MiniProgramRefusal(41004, 'appsecret missing');
  if (!jsCode) throw new MiniProgramRefusal(41008, 'missing code');
  const app = context.apps.get(String(appid));
  if (app === undefined) throw new MiniProgramRefusal(40013, 'invalid appid');
  if (secret !== app.appSecret) throw new MiniProgramRefusal(40125, 'invalid appsecret');
  return useLoginCode(context, app.appId, String(jsCode));
}

function useLoginCode({ users, clock, faults }: Context, appId: string, jsCode: string): JsonValue {
  const code = users.findCode('login', jsCode);
  if (code === undefined || code.user.appId !== appId) throw new MiniProgramRefusal(40029, 'invalid code');
  if (code.isUsed) throw new MiniProgramRefusal(40163, 'code been used');
  const now = clock.now();
  if (now > code.expiresAtMs) throw new MiniProgramRefusal(40029, 'invalid code');
  const { user, sessionKey } = code;
  if (user.isRisky) throw new MiniProgramRefusal(40226, 'code blocked');
  if (!users.takeLogin(user, Math.floor(now / minuteMs), faults.settings.logins_per_minute)) {
    throw new MiniProgramRefusal(45011, 'api minute-quota reach limit  mustslower  retry next minute');
  }
  code.isUsed = true;
  return { session_key: sessionKey, openid: user.openId, unionid: user.unionId };
}
