import { z } from 'zod';
import { plainText } from '../text.ts';
import { toEndpoint } from './endpoint.ts';

export const keptProfile = z
  .strictObject({
    nickname: z
      .string()
      .optional()
      .meta({ description: 'The nickname (昵称).', examples: ['小龙'] }),
    avatar_url: z
      .string()
      .optional()
      .meta({
        description: 'Where the picture is (头像).',
        examples: ['https://shop.example.com/avatars/7.png'],
      }),
  })
  .meta({ id: 'Profile', description: 'What a user told of themselves.' });
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
  raw_data: z
    .string()
    .min(1)
    .max(8_192)
    .describe(
      'rawData of wx.getUserInfo: the JSON text, not parsed and written again, for its signature is over these characters.',
    ),
  signature: z
    .string()
    .regex(/^[0-9a-f]{40}$/, 'must be 40 hexadecimal digits')
    .describe('signature of wx.getUserInfo: 40 hexadecimal digits.'),
  encrypted_data: base64Text(32_768).describe('encryptedData of wx.getUserInfo: Base64.'),
  iv: base64Text(24).length(24).describe('iv of wx.getUserInfo: 16 bytes in Base64.'),
};

/**
 * What the user entered: `input type="nickname"` and `button open-type="chooseAvatar"`, whose temporary file the
 * mini-program has uploaded.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/userProfile.html
 */
const enteredProfile = {
  nickname: plainText(64).describe('What the user entered (`input type="nickname"`).'),
  avatar_url: z
    .url({ protocol: /^https$/ })
    .max(1_024)
    .describe(
      'Where the picture is that the user chose (`button open-type="chooseAvatar"`), once it was uploaded: https.',
    ),
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
  })
  .meta({
    id: 'UpdateProfileRequest',
    description:
      'All four fields of wx.getUserInfo (raw_data, signature, encrypted_data, iv), or what the user entered (nickname, avatar_url, or one of them).',
    examples: [{ nickname: '小龙', avatar_url: 'https://shop.example.com/avatars/7.png' }],
  });
export type UpdateProfileRequest = z.infer<typeof updateProfileRequest>;

export const updateProfileResponse = z
  .strictObject({
    anonymous: z.boolean().meta({
      description:
        "The data are those that WeChat gives in place of a user's own (微信用户 and a grey picture); nothing of them is kept. Ask with the nickname and avatar component.",
      examples: [false],
    }),
    profile: keptProfile.optional().describe('What is kept now.'),
  })
  .meta({
    id: 'UpdatedProfile',
    description: 'What is kept of the user.',
    examples: [
      {
        anonymous: false,
        profile: { nickname: '小龙', avatar_url: 'https://shop.example.com/avatars/7.png' },
      },
    ],
  });
export type UpdateProfileResponse = z.infer<typeof updateProfileResponse>;

/** Body of `POST /v1/users/phone-number`. */
export const readPhoneNumberRequest = z
  .strictObject({
    code: z
      .string()
      .regex(/^[\x21-\x7e]{1,512}$/, 'must be the code of the phone button')
      .meta({
        description:
          'Of `button open-type="getPhoneNumber"`, not that of wx.login; good once, for five minutes.',
        examples: ['e31968a7f94cc5ee25fafc2aef2773f0bb8c3937b22520eb8ee345274d00c144'],
      }),
  })
  .meta({ id: 'ReadPhoneNumberRequest', description: 'What the phone button gave.' });

export const readPhoneNumberResponse = z
  .strictObject({
    phone_number: z.string().meta({
      description: 'With the code of the country where that is not China (phoneNumber).',
      examples: ['13580006666'],
    }),
    pure_phone_number: z
      .string()
      .meta({ description: 'Without the code of the country (purePhoneNumber).', examples: ['13580006666'] }),
    country_code: z.string().meta({ description: 'Code of the country (countryCode).', examples: ['86'] }),
  })
  .meta({ id: 'PhoneNumber', description: 'A phone number as WeChat tells it; nothing of it is kept.' });
export type ReadPhoneNumberResponse = z.infer<typeof readPhoneNumberResponse>;

export const userEndpoints = {
  updateProfile: toEndpoint({
    method: 'POST',
    path: '/v1/users/profile',
    auth: ['session'],
    summary: 'Keeps what the user tells of themselves (昵称头像)',
    description:
      'The result of wx.getUserInfo, whose signature is checked and whose data are opened, or what the nickname and avatar component gave. Each problem says what the mini-program must do.',
    body: updateProfileRequest,
    largestBodyBytes: 256 * 1_024,
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
    summary: 'The phone number of the user (手机号)',
    description:
      'Behind the code of the phone button. It is not kept here. A code is good once, and WeChat charges for it.',
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
