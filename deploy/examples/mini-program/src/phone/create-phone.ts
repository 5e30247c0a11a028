import { toPrivacyFailure } from './create-wx.ts';
import type { OpenPage } from './open-page.ts';
import { type RunningMiniProgram, runMiniProgram } from './run-mini-program.ts';
import { compliantPerson, type Person, type PopupChoice, type WeChat } from './wechat.ts';

export interface PhoneOptions {
  readonly wechat: WeChat;
  readonly appId: string;
  readonly openId: string;
  /** In place of the module config.ts of the mini-program. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** A phone with the mini-program on it, and somebody who uses it. */
export interface Phone {
  /** What the person does; to be changed at any time. */
  readonly person: Person;
  /** What the person sees: the data of the page on top. */
  readonly shown: Readonly<Record<string, unknown>>;
  /** `pages/order/order`, with what it was opened with. */
  readonly at: { readonly path: string; readonly query: Readonly<Record<string, string>> };
  /** Whether a request of the mini-program is under way. */
  readonly isBusy: boolean;
  /** What the mini-program wrote with console.warn and console.error. */
  readonly complaints: readonly string[];
  /** Files that the mini-program has saved on it. */
  readonly savedFiles: ReadonlySet<string>;
  /** Opens the mini-program; on one that was open it is as if it had been closed before. */
  launch(): void;
  /** Closes it: pages, timers and callbacks are gone, what it stored stays. */
  close(): void;
  /** Taps a button by its text; `data` of the one that is meant where there are several. Throws where none is shown. */
  tap(text: string, data?: Readonly<Record<string, unknown>>): void;
  /** Fills the form in and submits it. */
  submit(values: Readonly<Record<string, string>>): void;
  /** Pulls the page down to refresh it. */
  pullDown(): void;
  openTab(path: string): void;
  /** Opens a page by its address, as a link or a message does. */
  open(url: string): void;
  /** The mini-program goes to the background, and comes back. */
  hide(): void;
  show(): void;
  setOnline(isOnline: boolean): void;
  /** Answers the popup that has been waiting longest; false where there is none. */
  answerPopup(choice: PopupChoice): boolean;
  /** Lets time pass on the phone; none passes while a request is under way, however slow this machine is. */
  elapse(ms: number): void;
}

/** A phone on which nothing is open yet. */
export function createPhone({ wechat, appId, openId, config }: PhoneOptions): Phone {
  const user = { appId, openId };
  const person = { ...compliantPerson };
  const storage = new Map<string, string>();
  const savedFiles = new Set<string>();
  let avatars = 0;
  const complaints: string[] = [];
  let isOnline = true;
  let opened: RunningMiniProgram | undefined;
  const running = () => opened ?? raise('the mini-program is not open');

  function close(): void {
    isOnline = opened?.state.isOnline ?? isOnline;
    opened?.close();
    opened = undefined;
  }

  return {
    person,
    complaints,
    savedFiles,
    get shown() {
      return running().top.data;
    },
    get isBusy() {
      return running().state.requestsUnderWay > 0;
    },
    get at() {
      const { path, query } = running().top;
      return { path, query };
    },
    launch() {
      close();
      opened = runMiniProgram({ user, person, wechat, storage, savedFiles, isOnline, config, complaints });
    },
    close,
    tap(text, data = {}) {
      const { top, inGesture } = running();
      const button = top.findButton(text);
      inGesture(() => tapButton(top, button, data));
    },
    submit(values) {
      const { top, inGesture } = running();
      const handler = top.findForm();
      inGesture(() => top.call(handler, { type: 'submit', detail: { value: values } }));
    },
    pullDown: () => running().top.call('onPullDownRefresh'),
    openTab: (path) => running().openTab(path),
    open: (url) => running().state.navigate(url),
    hide: () => running().top.call('onHide'),
    show: () => running().top.call('onShow'),
    setOnline(wanted) {
      isOnline = wanted;
      opened?.state.setOnline(wanted);
    },
    answerPopup(choice) {
      const popup = running().state.popups.shift();
      popup?.answer(choice);
      return popup !== undefined;
    },
    elapse: (ms) => running().elapse(ms),
  };

  /** Buttons of WeChat's own give what they got, or why they got nothing, in the event's detail. */
  function tapButton(page: OpenPage, button: Readonly<Record<string, string>>, data: object): void {
    const currentTarget = { dataset: data };
    const openType = button['open-type'];
    if (openType === undefined) {
      page.call(button.bindtap ?? '', { type: 'tap', currentTarget });
      return;
    }
    const detail = toPrivacyFailure(openType, person.privacy) ?? give(openType);
    page.call(button[`bind${openType.toLowerCase()}`] ?? '', { currentTarget, detail });
  }

  function give(openType: string): object {
    if (openType === 'chooseAvatar') {
      avatars += 1;
      return { avatarUrl: `http://tmp/avatar-${avatars}.jpeg` };
    }
    const { code } = wechat.getPhoneNumber(user);
    return { errMsg: 'getPhoneNumber:ok', code };
  }
}

function raise(what: string): never {
  throw new Error(what);
}
