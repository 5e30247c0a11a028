import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import type { Context } from '../context.ts';
import { ControlRefusal } from '../control-refusal.ts';
import type { JsonObject } from '../write-json.ts';
import type { Buyer } from './consents.ts';
import type { User } from './user-book.ts';

/*
 * What a mini-program gets on a phone: wx.login, wx.getUserInfo and the phone button.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/signature.html
 */

/** Data that only the holder of the session_key of that moment can read. */
export interface SealedUserData {
  readonly encryptedData: string;
  readonly iv: string;
  readonly cloudID: string;
}

/** The result of wx.getUserInfo. */
export interface UserInfo extends SealedUserData {
  readonly errMsg: 'getUserInfo:ok';
  readonly userInfo: JsonObject;
  /** JSON, exactly as it is signed. */
  readonly rawData: string;
  /** Hexadecimal SHA-1 of rawData and session_key. */
  readonly signature: string;
}

/** The `detail` of the phone button's event; the sealed data is the old way, for a live session only. */
export interface PhoneNumberDetail extends Partial<SealedUserData> {
  readonly errMsg: 'getPhoneNumber:ok';
  readonly code: string;
}

/**
 * All that clients released since November 2022 tell of a user.
 * https://developers.weixin.qq.com/community/develop/doc/00022c683e8a80b29bed2142b56c01
 */
const anonymousProfile: JsonObject = {
  nickName: '微信用户',
  gender: 0,
  language: '',
  city: '',
  province: '',
  country: '',
  avatarUrl:
    'https://thirdwx.qlogo.cn/mmopen/vi_32/POgEwh4mIHO4nibH0KlMECNjjGxQUq24ZEaGT4poC6icRiccVGKSyXwibcPq4BWmiaIGuG1icwxaQX6grC9VemZoJ8rg/132',
  is_demote: true,
};

/**
 * wx.login: a code for jscode2session. It may renew the session_key, by default as often as the faults say; the one
 * before it is then worthless. Throws ControlRefusal.
 */
export function logIn(
  context: Context,
  { appId, openId, renewsSession }: Buyer & { readonly renewsSession?: boolean | undefined },
): { code: string } {
  const { users, random, faults, clock } = context;
  const user = findUser(context, { appId, openId });
  const isRenewed = renewsSession ?? random.happens(faults.settings.session_renewal_share);
  if (user.sessionKey === undefined || isRenewed) user.sessionKey = randomBytes(16).toString('base64');
  return { code: users.giveCode('login', user, clock.now()) };
}

/**
 * wx.getUserInfo with credentials; `profile` in place of what is anonymous, as very old clients have it. Throws
 * ControlRefusal where the user is not logged in.
 */
export function getUserInfo(
  context: Context,
  { appId, openId, profile }: Buyer & { readonly profile?: JsonObject | undefined },
): UserInfo {
  const user = findUser(context, { appId, openId });
  const sessionKey = toLiveSession(user);
  const userInfo = { ...anonymousProfile, ...profile };
  const rawData = JSON.stringify(userInfo);
  return {
    errMsg: 'getUserInfo:ok',
    userInfo,
    rawData,
    signature: createHash('sha1')
      .update(rawData + sessionKey)
      .digest('hex'),
    ...seal(user, sessionKey, { openId, ...userInfo, unionId: user.unionId }),
  };
}

/** The user taps the phone button (open-type getPhoneNumber) and agrees. Throws ControlRefusal. */
export function getPhoneNumber(context: Context, buyer: Buyer): PhoneNumberDetail {
  const user = findUser(context, buyer);
  const { sessionKey } = user;
  return {
    errMsg: 'getPhoneNumber:ok',
    code: context.users.giveCode('phone', user, context.clock.now()),
    ...(sessionKey && seal(user, sessionKey, toPhone(user))),
  };
}

/** The members of phone_info without its watermark. */
export function toPhone({ phoneNumber }: User): JsonObject {
  const [, countryCode = '86', purePhoneNumber = phoneNumber] = /^\+(\d{1,3}) (\d+)$/.exec(phoneNumber) ?? [];
  const isForeign = countryCode !== '86';
  return {
    phoneNumber: isForeign ? `+${countryCode}${purePhoneNumber}` : purePhoneNumber,
    purePhoneNumber,
    countryCode,
  };
}

/** Says for which app and when data was made; wall time in seconds. */
export function toWatermark({ appId }: User): JsonObject {
  return { timestamp: Math.floor(Date.now() / 1_000), appid: appId };
}

function seal(user: User, sessionKey: string, data: JsonObject): SealedUserData {
  const iv = randomBytes(16);
  const cipher = createCipheriv('aes-128-cbc', Buffer.from(sessionKey, 'base64'), iv);
  const plain = JSON.stringify({ ...data, watermark: toWatermark(user) });
  return {
    encryptedData: Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]).toString('base64'),
    iv: iv.toString('base64'),
    cloudID: `49_${randomBytes(39).toString('base64url')}`,
  };
}

function findUser(context: Context, { appId, openId }: Buyer): User {
  if (!context.apps.has(appId))
    throw new ControlRefusal(404, 'APP_UNKNOWN', `no app ${appId} in the settings`);
  if (!context.openIds.belongs(appId, openId)) {
    throw new ControlRefusal(409, 'OPENID_OF_ANOTHER_APP', 'the openid was seen with another appid');
  }
  return context.users.of(appId, openId);
}

function toLiveSession({ sessionKey }: User): string {
  if (sessionKey === undefined) {
    throw new ControlRefusal(409, 'LOGIN_NEEDED', 'wx.login comes before wx.getUserInfo with credentials');
  }
  return sessionKey;
}

/** What may be said of a user; members that are left out stay. */
export interface UserChange extends Buyer {
  readonly unionId?: string | undefined;
  /** Of other countries `+853 66123456`. */
  readonly phoneNumber?: string | undefined;
  readonly isRisky?: boolean | undefined;
  readonly isFollowing?: boolean | undefined;
  readonly isBlockingMessages?: boolean | undefined;
}

/** Says what WeChat knows about a user. Throws ControlRefusal. */
export function setUser(context: Context, { appId, openId, ...change }: UserChange): void {
  const user = findUser(context, { appId, openId });
  for (const [name, value] of Object.entries(change)) {
    if (value !== undefined) Object.assign(user, { [name]: value });
  }
}
