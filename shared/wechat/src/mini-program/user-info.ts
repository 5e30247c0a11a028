import { createDecipheriv, createHash, timingSafeEqual } from 'node:crypto';
import type { ErrorCode } from '@huidiao/errors';
import { z } from 'zod';

/** The result of wx.getUserInfo with credentials. */
export interface SealedUserInfo {
  /** JSON, exactly as it came. */
  readonly rawData: string;
  /** Lower-case hexadecimal SHA-1 of rawData and session_key. */
  readonly signature: string;
  /** Base64. */
  readonly encryptedData: string;
  /** Base64 of 16 bytes. */
  readonly iv: string;
}

/** What the data have to agree with. */
export interface UserInfoExpectation {
  /** Those that may have made the data, the likeliest first. */
  readonly sessionKeys: readonly string[];
  readonly appId: string;
  readonly openId: string;
  readonly now: Date;
}

/** What WeChat tells of a user. */
export interface UserInfo {
  readonly nickname: string;
  readonly avatarUrl: string;
  readonly unionId: string | undefined;
  /** All that clients released since November 2022 get: nothing of it is the user's own. */
  readonly isAnonymous: boolean;
}

export type UserInfoRefusal = Extract<ErrorCode, `PROFILE_${string}`>;

export type UserInfoResult =
  | { readonly kind: 'genuine'; readonly info: UserInfo }
  | { readonly kind: 'refused'; readonly code: UserInfoRefusal };

/** How old data may be, and how far a clock may be off; WeChat leaves both to us. */
const longestAgeMs = 300_000;

/** Fields come and go over the years; these are looked at. */
const plainUserInfo = z.looseObject({
  openId: z.string().optional(),
  unionId: z.string().min(1).max(128).optional().catch(undefined),
  nickName: z.string().max(1_024),
  avatarUrl: z.string().max(2_048).catch(''),
  is_demote: z.boolean().optional().catch(undefined),
  watermark: z.looseObject({ appid: z.string(), timestamp: z.number() }),
});

/**
 * Checks and opens a user's data: signature, decryption, watermark, openid, age, in this order. Throws on no input.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/signature.html
 */
export function openUserInfo(
  sealed: SealedUserInfo,
  { sessionKeys, appId, openId, now }: UserInfoExpectation,
): UserInfoResult {
  const sessionKey = sessionKeys.find((key) => isSignedWith(key, sealed));
  if (sessionKey === undefined) return { kind: 'refused', code: 'PROFILE_SIGNATURE_WRONG' };
  const read = plainUserInfo.safeParse(decryptUserData(sessionKey, sealed));
  if (!read.success) return { kind: 'refused', code: 'PROFILE_NOT_DECRYPTABLE' };
  const { watermark, ...data } = read.data;
  if (watermark.appid !== appId) return { kind: 'refused', code: 'PROFILE_OF_ANOTHER_APP' };
  // wx.getUserProfile, which old versions still call, names nobody.
  if (data.openId !== undefined && data.openId !== openId) {
    return { kind: 'refused', code: 'PROFILE_OF_ANOTHER_USER' };
  }
  const ageMs = Math.abs(now.getTime() - watermark.timestamp * 1_000);
  if (ageMs > longestAgeMs) return { kind: 'refused', code: 'PROFILE_STALE' };
  const { nickName: nickname, avatarUrl, unionId } = data;
  const isAnonymous = data.is_demote === true || isAnonymousNickname(nickname);
  return { kind: 'genuine', info: { nickname, avatarUrl, unionId, isAnonymous } };
}

/**
 * The name in place of a user's own, with a grey picture.
 * https://developers.weixin.qq.com/community/develop/doc/00022c683e8a80b29bed2142b56c01
 */
export function isAnonymousNickname(nickname: string): boolean {
  return nickname === '' || nickname === '微信用户';
}

function isSignedWith(sessionKey: string, { rawData, signature }: SealedUserInfo): boolean {
  const expected = createHash('sha1')
    .update(rawData + sessionKey, 'utf8')
    .digest();
  const given = Buffer.from(signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/**
 * AES-128-CBC under the bytes of the session_key, as JSON; undefined for whatever does not open.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/signature.html
 */
export function decryptUserData(
  sessionKey: string,
  { encryptedData, iv }: Pick<SealedUserInfo, 'encryptedData' | 'iv'>,
): unknown {
  try {
    const decipher = createDecipheriv(
      'aes-128-cbc',
      Buffer.from(sessionKey, 'base64'),
      Buffer.from(iv, 'base64'),
    );
    const plain = Buffer.concat([decipher.update(encryptedData, 'base64'), decipher.final()]);
    return JSON.parse(plain.toString('utf8'));
  } catch {
    return undefined;
  }
}
