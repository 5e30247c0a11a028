import { merchantApiUrl } from '../config';
import type { MessageAnswers } from '../wechat/ask-for-messages';
import type { Answer } from './request';
import { requestAsUser } from './session';

export interface Profile {
  readonly nickname?: string;
  readonly avatar_url?: string;
}

export interface ToldProfile {
  /** WeChat gave no data of the user's own: ask with the nickname and avatar component. */
  readonly anonymous: boolean;
  readonly profile?: Profile;
}

/** The profile that the session's user has told before. */
export function readProfile(): Promise<Answer<{ readonly profile?: Profile }>> {
  return requestAsUser({ url: `${merchantApiUrl}/v1/sessions/current` });
}

/** What wx.getUserInfo gave: rawData as it came, for its signature is over its characters. */
export function tellUserInfo(
  info: WechatMiniprogram.GetUserInfoSuccessCallbackResult,
): Promise<Answer<ToldProfile>> {
  return tell({
    raw_data: info.rawData,
    signature: info.signature,
    encrypted_data: info.encryptedData,
    iv: info.iv,
  });
}

/** What the user has entered. */
export function tellNickname(nickname: string): Promise<Answer<ToldProfile>> {
  return tell({ nickname });
}

function tell(data: WechatMiniprogram.IAnyObject): Promise<Answer<ToldProfile>> {
  return requestAsUser({ url: `${merchantApiUrl}/v1/users/profile`, method: 'POST', data });
}

/**
 * By the code of the phone button, which is good once. Where WeChat's answer was lost the code may still be good, so it is
 * sent once more before the user is troubled.
 */
export async function readPhoneNumber(code: string): Promise<Answer<{ readonly phone_number: string }>> {
  const url = `${merchantApiUrl}/v1/users/phone-number`;
  const read = () => requestAsUser<{ phone_number: string }>({ url, method: 'POST', data: { code } });
  const answer = await read();
  return answer.kind === 'problem' && answer.code === 'PHONE_OUTCOME_UNKNOWN' ? read() : answer;
}

/** With 总是保持以上选择 WeChat tells the server of no answer, so the page does. Nobody waits for it. */
export async function reportAnswers(answers: MessageAnswers | undefined): Promise<void> {
  if (answers === undefined || Object.keys(answers).length === 0) return;
  await requestAsUser({ url: `${merchantApiUrl}/v1/users/consents`, method: 'POST', data: { answers } });
}
