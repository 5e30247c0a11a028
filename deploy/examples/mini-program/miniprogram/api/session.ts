import { merchantApiUrl } from '../config';
import { getLoginCode } from '../wechat/get-login-code';
import { type Answer, request, type ToRequest } from './request';

interface Session {
  readonly token: string;
  /** ISO 8601. */
  readonly expires_at: string;
}

const storageKey = 'session';
/** A new code mends these. */
const wantsNewCode = ['LOGIN_CODE_INVALID', 'LOGIN_CODE_USED', 'LOGIN_UNFINISHED', 'WECHAT_BUSY'];
const mostCodes = 2;

let underWay: Promise<Answer<Session>> | undefined;

/**
 * Logs in anew. Whoever calls it while it is under way gets the same login: a second wx.login may change the
 * session_key under the first one's hands.
 */
export function logIn(): Promise<Answer<Session>> {
  underWay ??= exchangeCode().then((answer) => {
    underWay = undefined;
    if (answer.kind === 'ok') wx.setStorageSync(storageKey, answer.body);
    return answer;
  });
  return underWay;
}

async function exchangeCode(): Promise<Answer<Session>> {
  let answer: Answer<Session> = { kind: 'problem', status: 0, code: 'WX_LOGIN_FAILED' };
  for (let codes = 0; codes < mostCodes; codes += 1) {
    const code = await getLoginCode();
    if (code === undefined) return answer;
    const data = { appid: wx.getAccountInfoSync().miniProgram.appId, code };
    answer = await request<Session>({ url: `${merchantApiUrl}/v1/sessions`, method: 'POST', data });
    if (answer.kind !== 'problem' || !wantsNewCode.includes(answer.code)) return answer;
  }
  return answer;
}

/** A request with the token of the session, logging in where there is none, and once more where it has ended. */
export async function requestAsUser<T>(toRequest: ToRequest): Promise<Answer<T>> {
  const kept = getToken();
  if (kept !== undefined) {
    const answer = await request<T>({ ...toRequest, token: kept });
    if (answer.kind !== 'problem' || answer.status !== 401) return answer;
  }
  const login = await logIn();
  return login.kind === 'ok' ? request<T>({ ...toRequest, token: login.body.token }) : login;
}

/** The token that is kept, unless its time is over. */
export function getToken(): string | undefined {
  const session = wx.getStorageSync<Session | ''>(storageKey);
  return session && Date.parse(session.expires_at) > Date.now() ? session.token : undefined;
}

/** Logs out; what the server does not hear of ends by itself with its time. */
export async function logOut(): Promise<void> {
  const token = getToken();
  wx.removeStorageSync(storageKey);
  if (token === undefined) return;
  await request({ url: `${merchantApiUrl}/v1/sessions/current`, method: 'DELETE', token });
}
