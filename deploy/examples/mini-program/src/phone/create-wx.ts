import type { AppUser, Person, PopupChoice, WeChat } from './wechat.ts';

type Wx = WechatMiniprogram.Wx;

/** What of `wx` there is on this phone; a mini-program that calls anything else fails its tests. */
type Offered =
  | 'login'
  | 'getUserInfo'
  | 'requestPayment'
  | 'requestSubscribeMessage'
  | 'request'
  | 'getAccountInfoSync'
  | 'getStorageSync'
  | 'setStorageSync'
  | 'removeStorageSync'
  | 'getFileSystemManager'
  | 'navigateTo'
  | 'stopPullDownRefresh'
  | 'onNetworkStatusChange'
  | 'offNetworkStatusChange';

/** Each takes what the typings say. */
export type StandIn = { readonly [K in Offered]: (...args: Parameters<Wx[K]>) => unknown };

/** What the stand-in needs of the phone that it is on. */
export interface PhoneState {
  readonly user: AppUser;
  readonly person: Person;
  readonly wechat: WeChat;
  readonly storage: Map<string, string>;
  /** Paths of files that the mini-program has saved. */
  readonly savedFiles: Set<string>;
  readonly networkListeners: Set<WechatMiniprogram.OnNetworkStatusChangeCallback>;
  /** Popups that the person has not answered yet. */
  readonly popups: Popup[];
  isOnline: boolean;
  /** Requests that nobody was told the end of yet. */
  requestsUnderWay: number;
  /** Whether what runs now runs within a tap, or within the success of a payment. */
  isInGesture: boolean;
  /** Aborted when the mini-program is closed: what comes back later meets nobody. */
  readonly closed: AbortSignal;
  navigate(url: string): void;
  setOnline(isOnline: boolean): void;
}

export interface Popup {
  answer(choice: PopupChoice): void;
}

interface Callbacks<S, F> {
  readonly success?: ((result: S) => void) | undefined;
  readonly fail?: ((failure: F) => void) | undefined;
  readonly complete?: ((result: never) => void) | undefined;
}

/** How a call ended. */
type Ended<S, F> = { readonly ok: S } | { readonly failed: F };

/** Calls back later, never within the call: success or fail, and then complete. */
function settle<S, F>(
  state: PhoneState,
  callbacks: Callbacks<S, F>,
  ended: Ended<S, F>,
  inGesture = false,
): void {
  setImmediate(() => {
    if (state.closed.aborted) return;
    state.isInGesture = inGesture;
    try {
      if ('ok' in ended) callbacks.success?.(ended.ok);
      else callbacks.fail?.(ended.failed);
    } finally {
      state.isInGesture = false;
    }
    callbacks.complete?.(('ok' in ended ? ended.ok : ended.failed) as never);
  });
}

/** The part of `wx` that the mini-program uses, driving WeChat as a phone does. */
export function createWx(state: PhoneState): StandIn {
  const { user, person, wechat, storage, networkListeners } = state;

  return {
    login: (option = {}) => {
      if (!state.isOnline) {
        const failed = { errMsg: 'login:fail request:fail', errno: 600_001 };
        return settle(state, option as Callbacks<unknown, object>, { failed });
      }
      const { code } = wechat.login({ ...user, renewsSession: person.renewsSession });
      settle(state, option, { ok: { code, errMsg: 'login:ok' } });
    },

    getUserInfo: (option = {}) => {
      const refusal = toPrivacyFailure('getUserInfo', person.privacy);
      if (refusal !== undefined) return settle(state, option, { failed: refusal });
      const info = wechat.getUserInfo(user) as WechatMiniprogram.GetUserInfoSuccessCallbackResult;
      settle(state, option, { ok: { ...info, errMsg: 'getUserInfo:ok' } });
    },

    requestPayment: (option) => {
      const ended = pay(state, option);
      if (ended !== undefined) settle(state, option, ended, 'ok' in ended);
    },
    requestSubscribeMessage: (option) => showPopup(state, option),
    request: (option) => void request(state, option as WechatMiniprogram.RequestOption),

    getAccountInfoSync: () => ({
      miniProgram: { appId: user.appId, envVersion: 'release', version: '1.0.0' },
    }),
    getStorageSync: (key) => JSON.parse(storage.get(key) ?? '""'),
    setStorageSync: (key, value) => void storage.set(key, JSON.stringify(value)),
    removeStorageSync: (key) => void storage.delete(key),
    getFileSystemManager: () => createFiles(state),
    navigateTo: ({ url }) => state.navigate(url),
    stopPullDownRefresh: () => undefined,
    onNetworkStatusChange: (listener) => void networkListeners.add(listener),
    offNetworkStatusChange: (listener) => {
      if (listener !== undefined) networkListeners.delete(listener as never);
    },
  };
}

type Files = Pick<WechatMiniprogram.FileSystemManager, 'saveFile' | 'removeSavedFile'>;

/** Temporary files that are saved have another path from then on. */
function createFiles(state: PhoneState): Files {
  const { savedFiles } = state;
  return {
    saveFile: (option) => {
      const savedFilePath = option.tempFilePath.replace('http://tmp/', 'wxfile://store_');
      savedFiles.add(savedFilePath);
      settle(state, option, { ok: { savedFilePath, errMsg: 'saveFile:ok' } });
    },
    removeSavedFile: (option) => {
      savedFiles.delete(option.filePath);
      settle(state, option, { ok: { errMsg: 'removeSavedFile:ok', errCode: 0 } });
    },
  };
}

/** What the person does on the payment sheet; undefined where no callback comes. */
function pay(
  { person, wechat, user, setOnline }: PhoneState,
  option: WechatMiniprogram.RequestPaymentOption,
): Ended<WechatMiniprogram.GeneralCallbackResult, WechatMiniprogram.GeneralCallbackResult> | undefined {
  if (person.payment === 'cancels') return { failed: { errMsg: 'requestPayment:fail cancel' } };
  const { timeStamp, nonceStr, paySign, signType = 'MD5' } = option;
  try {
    wechat.pay({ appId: user.appId, timeStamp, nonceStr, package: option.package, signType, paySign });
  } catch (error) {
    return { failed: { errMsg: `requestPayment:fail ${error instanceof Error ? error.message : ''}` } };
  }
  if (person.payment === 'pays_unseen' || person.payment === 'pays_then_offline') setOnline(false);
  if (person.payment === 'pays_unseen') return undefined;
  if (person.payment === 'fails') return { failed: { errMsg: 'requestPayment:fail' } };
  return { ok: { errMsg: 'requestPayment:ok' } };
}

/** Why WeChat shows no popup at all. */
function findPopupFailure(
  { isInGesture, isOnline, person }: PhoneState,
  ids: readonly string[],
): WechatMiniprogram.RequestSubscribeMessageFailCallbackResult | undefined {
  const toFailure = (errCode: number, why: string) => ({
    errCode,
    errMsg: `requestSubscribeMessage:fail ${why}`,
  });
  if (!isInGesture) return toFailure(0, 'can only be invoked by user TAP gesture.');
  if (ids.length === 0) return toFailure(10_001, 'TmplIds cannot be empty');
  if (ids.length > 3) return toFailure(20_003, 'Templates count out of max bounds');
  if (person.popup === 'off') return toFailure(20_004, 'The main switch is switched off');
  return isOnline ? undefined : toFailure(10_003, 'Network error');
}

function showPopup(state: PhoneState, option: WechatMiniprogram.RequestSubscribeMessageOption): void {
  const { person, wechat, user } = state;
  const ids = option.tmplIds.map(String);
  const failed = findPopupFailure(state, ids);
  if (failed !== undefined) {
    settle(state, option, { failed });
    return;
  }
  const tell = (choice: PopupChoice) => {
    const chosen = Object.fromEntries(ids.map((id) => [id, choice]));
    settle(state, option, { ok: { ...chosen, errMsg: 'requestSubscribeMessage:ok' } });
  };
  const answer = (choice: PopupChoice) => {
    wechat.answerPopup({ ...user, answers: ids.map((templateId) => ({ templateId, answer: choice })) });
    tell(choice);
  };
  if (person.popup === 'accept' || person.popup === 'reject') {
    answer(person.popup);
  } else if (person.popup === 'kept') {
    // WeChat pushes no event about it: only the page hears of it.
    for (const templateId of ids) wechat.grant({ ...user, templateId }, 1);
    tell('accept');
  } else {
    state.popups.push({ answer });
  }
}

async function request(state: PhoneState, option: WechatMiniprogram.RequestOption): Promise<void> {
  const { url, method = 'GET', header = {}, data } = option;
  const failed = { errMsg: 'request:fail', errno: 600_001 } as WechatMiniprogram.RequestFailCallbackErr;
  if (!state.isOnline) return settle(state, option, { failed });
  state.requestsUnderWay += 1;
  try {
    const response = await fetch(url, {
      method,
      headers: header as Record<string, string>,
      ...(data === undefined ? {} : { body: JSON.stringify(data) }),
      signal: state.closed,
    });
    const text = await response.text();
    // The network went away while the answer was on its way.
    if (!state.isOnline) return settle(state, option, { failed });
    const result = {
      statusCode: response.status,
      data: parseData(text),
      header: Object.fromEntries(response.headers),
      cookies: [],
      errMsg: 'request:ok',
    };
    settle(state, option, { ok: result as unknown as WechatMiniprogram.RequestSuccessCallbackResult });
  } catch {
    settle(state, option, { failed });
  } finally {
    // After the callbacks and what they began.
    setImmediate(() => {
      state.requestsUnderWay -= 1;
    });
  }
}

/** With the default dataType, json, an answer that is none stays text. */
function parseData(text: string): string | object {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** How WeChat refuses personal data: as the failure of a call, or in the detail of a button's event. */
export function toPrivacyFailure(
  api: string,
  privacy: Person['privacy'],
): { readonly errMsg: string; readonly errno: number } | undefined {
  if (privacy === 'agreed') return undefined;
  return privacy === 'refused'
    ? { errMsg: `${api}:fail privacy permission is not authorized`, errno: 104 }
    : { errMsg: `${api}:fail api scope is not declared in the privacy agreement`, errno: 112 };
}
