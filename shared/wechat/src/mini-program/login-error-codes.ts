import type { CodeClass } from './error-codes.ts';

/** The APIs by which users log in and show their phone number. */
export type LoginApi =
  /** GET /sns/jscode2session */
  | 'jscode2session'
  /** POST /wxa/business/getuserphonenumber */
  | 'getuserphonenumber';

const credentials: CodeClass = { verdict: 'failed', error: 'WECHAT_CREDENTIALS_REFUSED' };
const refused: CodeClass = { verdict: 'failed', error: 'WECHAT_REFUSED' };

/** It takes no access_token, so that the codes of one mean nothing here. */
export const jscode2sessionCodes: readonly (readonly [number, CodeClass])[] = [
  // https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html
  [-1, { verdict: 'failed', error: 'WECHAT_BUSY', kind: 'transient' }],
  [40029, { verdict: 'failed', error: 'LOGIN_CODE_INVALID' }],
  [40226, { verdict: 'failed', error: 'LOGIN_BLOCKED' }],
  [45011, { verdict: 'failed', error: 'LOGIN_TOO_FREQUENT', wait: 'next-minute' }],
  // What that page leaves out: WxJava, WxMaErrorMsgEnum.
  [40001, credentials],
  [40002, refused],
  [40013, credentials],
  [40125, credentials],
  [40163, { verdict: 'failed', error: 'LOGIN_CODE_USED' }],
  [40164, credentials],
  [40243, credentials],
  [41002, credentials],
  [41004, credentials],
  [41008, { verdict: 'failed', error: 'LOGIN_CODE_INVALID' }],
  [45009, { verdict: 'failed', error: 'WECHAT_QUOTA_EXHAUSTED', wait: 'beijing-midnight' }],
  [50004, refused],
  [50007, refused],
];

/** Beside what every call with an access_token may answer. */
export const phoneNumberCodes: readonly (readonly [number, CodeClass])[] = [
  // https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-info/phone-number/getPhoneNumber.html
  [40013, { verdict: 'failed', error: 'PHONE_CODE_OF_ANOTHER_APP' }],
  [40029, { verdict: 'failed', error: 'PHONE_CODE_INVALID' }],
  [47001, refused],
];
