import { z } from 'zod';
import { toEndpoint } from './endpoint.ts';

/** What a user told of themselves. */
export const keptProfile = z.strictObject({
  nickname: z.string().optional(),
  avatar_url: z.string().optional(),
});
export type KeptProfile = z.infer<typeof keptProfile>;

/** A `+` that became a space is what most reports of data that does not decrypt come to: binarywang/WxJava#917. */
const noSpaces = 'holds a space where Base64 has a +: send it as JSON, never through a form or a URL';
const base64Text = (longest: number) =>
  z
    .string()
    .max(longest)
    .refine((text) => !text.includes(' '), { message: noSpaces, abort: true })
    .regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, 'must be Base64')
    .min(1);

/**
 * The result of wx.getUserInfo with credentials, each text exactly as it came.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/signature.html
 */
const signedUserInfo = {
  /** The JSON text, not parsed and written again: its signature is over these characters. */
  raw_data: z.string().min(1).max(8_192),
  signature: z.string().regex(/^[0-9a-f]{40}$/, 'must be 40 hexadecimal digits'),
  encrypted_data: base64Text(32_768),
  /** 16 bytes in Base64. */
  iv: base64Text(24).length(24),
};

/**
 * What the user entered: `input type="nickname"` and `button open-type="chooseAvatar"`, whose temporary file the
 * mini-program has uploaded.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/userProfile.html
 */
const enteredProfile = {
  nickname: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must hold no control characters and no half characters'),
  avatar_url: z.url({ protocol: /^https$/ }).max(1_024),
};

/**
 * Body of `POST /v1/users/profile`: all four fields of wx.getUserInfo, or what the user entered. One schema for both
 * forms, so that what is wrong is said of the field that it is wrong with.
 */
export const updateProfileRequest = z
  .strictObject({ ...signedUserInfo, ...enteredProfile })
  .partial()
  .superRefine((body, context) => {
    const add = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message });
    const isGiven = (field: string) => field in body;
    const signed = Object.keys(signedUserInfo);
    const entered = Object.keys(enteredProfile);
    if (!signed.some(isGiven) && !entered.some(isGiven)) {
      const message = 'must hold a nickname or an avatar_url, or what wx.getUserInfo gave';
      context.addIssue({ code: 'custom', message });
    } else if (signed.some(isGiven)) {
      for (const field of signed)
        if (!isGiven(field)) add(field, 'is required with the others of wx.getUserInfo');
      for (const field of entered)
        if (isGiven(field)) add(field, 'is not sent with the data of wx.getUserInfo');
    }
  });
export type UpdateProfileRequest = z.infer<typeof updateProfileRequest>;

export const updateProfileResponse = z.strictObject({
  /**
   * The data are those that WeChat gives in place of a user's own (微信用户 and a grey picture); nothing of them is
   * kept. Ask with the nickname and avatar component.
   */
  anonymous: z.boolean(),
  /** What is kept now. */
  profile: keptProfile.optional(),
});
export type UpdateProfileResponse = z.infer<typeof updateProfileResponse>;

/** Body of `POST /v1/users/phone-number`. */
export const readPhoneNumberRequest = z.strictObject({
  /** Of `button open-type="getPhoneNumber"`, not that of wx.login. */
  code: z.string().regex(/^[\x21-\x7e]{1,512}$/, 'must be the code of the phone button'),
});

/** As WeChat names them; nothing of it is kept. */
export const readPhoneNumberResponse = z.strictObject({
  /** With the code of the country where that is not China. */
  phone_number: z.string(),
  pure_phone_number: z.string(),
  country_code: z.string(),
});
export type ReadPhoneNumberResponse = z.infer<typeof readPhoneNumberResponse>;

export const userEndpoints = {
  updateProfile: toEndpoint({
    method: 'POST',
    path: '/v1/users/profile',
    auth: ['session'],
    summary:
      'Keeps what the user tells of themselves: the result of wx.getUserInfo, checked and opened, or what the nickname and avatar component gave.',
    body: updateProfileRequest,
    answers: { 200: updateProfileResponse },
    problems: [
      'SESSION_KEY_EXPIRED',
      'PROFILE_SIGNATURE_WRONG',
      'PROFILE_NOT_DECRYPTABLE',
      'PROFILE_OF_ANOTHER_APP',
      'PROFILE_OF_ANOTHER_USER',
      'PROFILE_STALE',
      'MERCHANT_NOT_CONFIGURED',
    ],
  }),
  readPhoneNumber: toEndpoint({
    method: 'POST',
    path: '/v1/users/phone-number',
    auth: ['session'],
    summary:
      'The phone number behind the code of the phone button. It is not kept here. A code is good once, and WeChat charges for it.',
    body: readPhoneNumberRequest,
    answers: { 200: readPhoneNumberResponse },
    problems: [
      'PHONE_CODE_INVALID',
      'PHONE_CODE_OF_ANOTHER_APP',
      'PHONE_OUTCOME_UNKNOWN',
      'WECHAT_REFUSED',
      'WECHAT_TOKEN_REFUSED',
      'MERCHANT_NOT_CONFIGURED',
    ],
  }),
} as const;
