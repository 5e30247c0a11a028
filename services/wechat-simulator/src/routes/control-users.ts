import type { Router } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { getPhoneNumber, getUserInfo, logIn, setUser } from '../mini-program/client-user.ts';
import { control } from './control-route.ts';

const text = z.string().min(1).max(512);
const user = { appid: text, openid: text };

const login = z.strictObject({ ...user, renew_session: z.boolean().optional() });
const userInfo = z.strictObject({ ...user, profile: z.record(z.string(), z.json()).optional() });
const phoneNumber = z.strictObject(user);
const userChange = z.strictObject({
  ...user,
  unionid: text.optional(),
  /** Of other countries `+853 66123456`. */
  phone_number: z
    .string()
    .regex(/^(\+\d{1,3} )?\d{5,15}$/)
    .optional(),
  risky: z.boolean().optional(),
  following: z.boolean().optional(),
  blocking_messages: z.boolean().optional(),
});

/** The calls of this file, as GET /simulator lists them. */
export const userDirectory = {
  'POST /simulator/users':
    '{ appid, openid, unionid?, phone_number?, risky?, following?, blocking_messages? }: what WeChat knows of a user',
  'POST /simulator/users/login': '{ appid, openid, renew_session? }: wx.login; answers { code }',
  'POST /simulator/users/info':
    '{ appid, openid, profile? }: wx.getUserInfo; answers rawData, signature, encryptedData, iv, cloudID',
  'POST /simulator/users/phone': '{ appid, openid }: the phone button; answers { code }',
} as const;

/** What users do in a mini-program but for paying. */
export function addUsers(router: Router, context: Context): void {
  router.post(
    '/users',
    control(userChange, ({ appid, openid, ...change }) =>
      setUser(context, {
        appId: appid,
        openId: openid,
        unionId: change.unionid,
        phoneNumber: change.phone_number,
        isRisky: change.risky,
        isFollowing: change.following,
        isBlockingMessages: change.blocking_messages,
      }),
    ),
  );
  router.post(
    '/users/login',
    control(login, ({ appid, openid, renew_session: renewsSession }) => ({
      errMsg: 'login:ok',
      ...logIn(context, { appId: appid, openId: openid, renewsSession }),
    })),
  );
  router.post(
    '/users/info',
    control(userInfo, ({ appid, openid, profile }) =>
      getUserInfo(context, { appId: appid, openId: openid, profile }),
    ),
  );
  router.post(
    '/users/phone',
    control(phoneNumber, ({ appid, openid }) => getPhoneNumber(context, { appId: appid, openId: openid })),
  );
}
