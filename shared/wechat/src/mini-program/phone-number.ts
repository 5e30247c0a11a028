import type { App } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { z } from 'zod';
import type { AppCaller } from './app-caller.ts';

/** Personal data: never stored nor logged. */
export interface PhoneNumber {
  /** With the code of the country where that is not 86. */
  readonly phoneNumber: string;
  readonly purePhoneNumber: string;
  readonly countryCode: string;
}

export type PhoneNumberResult =
  | { readonly kind: 'done'; readonly phone: PhoneNumber }
  /** WeChat did not do it, for certain. */
  | { readonly kind: 'refused'; readonly error: AppError }
  /** The code may be used. */
  | { readonly kind: 'unknown'; readonly error: AppError };

const answer = z.looseObject({
  phone_info: z.looseObject({
    phoneNumber: z.string().min(1).max(64),
    purePhoneNumber: z.string().min(1).max(64),
    countryCode: z.union([z.string().max(8), z.number().int()]),
    watermark: z.looseObject({ appid: z.string() }),
  }),
});

const api = 'getuserphonenumber';

/**
 * The phone number behind a code of the phone button. WeChat holds the code against the openid, so that a code that
 * was caught on its way is worth nothing with another user's session. Never throws.
 * https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-info/phone-number/getPhoneNumber.html
 */
export async function askForPhoneNumber(
  appCaller: Pick<AppCaller, 'call'>,
  app: App,
  { code, openId }: { readonly code: string; readonly openId: string },
): Promise<PhoneNumberResult> {
  const body = { code, openid: openId };
  const path = '/wxa/business/getuserphonenumber';
  const result = await appCaller.call(app, { api, path, body, secrets: [code, openId] });
  if (result.kind !== 'done') return result;
  const parsed = answer.safeParse(result.answer.json);
  if (!parsed.success) {
    const details = { api, reason: 'answer_not_understood' };
    return { kind: 'unknown', error: new AppError('WECHAT_SYSTEM_ERROR', { details }) };
  }
  const { phoneNumber, purePhoneNumber, countryCode, watermark } = parsed.data.phone_info;
  if (watermark.appid !== app.appId) {
    const details = { api, reason: 'watermark_of_another_app' };
    return { kind: 'refused', error: new AppError('PHONE_CODE_OF_ANOTHER_APP', { details }) };
  }
  return { kind: 'done', phone: { phoneNumber, purePhoneNumber, countryCode: String(countryCode) } };
}
