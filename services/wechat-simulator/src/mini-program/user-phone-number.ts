import { z } from 'zod';
import type { Context } from '../context.ts';
import type { SimulatedApp } from '../settings.ts';
import type { JsonValue } from '../write-json.ts';
import { MiniProgramRefusal } from './api-error.ts';
import { toPhone, toWatermark } from './client-user.ts';

const request = z.object({ code: z.string(), openid: z.string().optional() });

/**
 * POST /wxa/business/getuserphonenumber: the phone number behind a code of the phone button, which is not that of
 * wx.login. An openid that is not the code's is refused, and uses nothing up. Throws MiniProgramRefusal.
 * https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-info/phone-number/getPhoneNumber.html
 */
export function getUserPhoneNumber({ users, clock }: Context, app: SimulatedApp, body: unknown): JsonValue {
  const parsed = request.safeParse(body);
  if (!parsed.success) throw new MiniProgramRefusal(47001, 'data format error');
  const code = users.findCode('phone', parsed.data.code);
  if (code === undefined) throw new MiniProgramRefusal(40029, 'invalid code');
  const { user } = code;
  if (user.appId !== app.appId) throw new MiniProgramRefusal(40013, 'invalid appid');
  const isTheirs = parsed.data.openid === undefined || parsed.data.openid === user.openId;
  if (code.isUsed || clock.now() > code.expiresAtMs || !isTheirs) {
    throw new MiniProgramRefusal(40029, 'invalid code');
  }
  code.isUsed = true;
  return { errcode: 0, errmsg: 'ok', phone_info: { ...toPhone(user), watermark: toWatermark(user) } };
}
