import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createWx, type PhoneState, toPrivacyFailure } from './create-wx.ts';
import { loadMiniProgram, miniprogramFolder } from './load-mini-program.ts';
import { createPage, type OpenPage, type PageOptions } from './open-page.ts';
import { createVirtualTime } from './virtual-time.ts';
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
  /** Whether a request of it is under way. */
  readonly isBusy: boolean;
  /** What the mini-program wrote with console.warn and console.error. */
  readonly complaints: readonly string[];
  /** Opens the mini-program; on one that was open it is as if it had been closed before. */
  launch(): void;
  /** Closes it: pages, timers and callbacks are gone, what it stored stays. */
  close(): void;
  /** Taps a button by its text; `data` of the one that is meant where there are several. Throws where none is shown. */
  tap(text: string, data?: Readonly<Record<string, unknown>>): void;
  /** Fills a form in and submits it. */
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

interface AppConfig {
  readonly pages: readonly string[];
  readonly tabBar: { readonly list: readonly { readonly pagePath: string }[] };
}

/** What runs between two launches. */
interface Running {
  readonly closing: AbortController;
  readonly time: ReturnType<typeof createVirtualTime>;
  readonly pages: ReadonlyMap<string, PageOptions>;
  readonly state: PhoneState;
  readonly stack: OpenPage[];
  /** Calls onLaunch of the app. */
  launch(): void;
}

/** A phone on which nothing is open yet. */
export function createPhone({ wechat, appId, openId, config }: PhoneOptions): Phone {
  const appConfig = JSON.parse(readFileSync(join(miniprogramFolder, 'app.json'), 'utf8')) as AppConfig;
  const person = { ...compliantPerson };
  const storage = new Map<string, string>();
  const complaints: string[] = [];
  let isOnline = true;
  let running: Running | undefined;

  const top = (): OpenPage => {
    const page = running?.stack.at(-1);
    if (page === undefined) throw new Error('the mini-program is not open');
    return page;
  };
  const inGesture = (act: () => void): void => {
    if (running === undefined) throw new Error('the mini-program is not open');
    const { state } = running;
    state.isInGesture = true;
    try {
      act();
    } finally {
      state.isInGesture = false;
    }
  };
  const open = (path: string, query: Readonly<Record<string, string>>): void => {
    const options = running?.pages.get(path);
    if (running === undefined || options === undefined)
      throw new Error(`navigateTo:fail page "${path}" is not found`);
    running.stack.at(-1)?.call('onHide');
    const page = createPage(path, query, options);
    running.stack.push(page);
    page.call('onLoad', query);
    page.call('onShow');
  };
  const setOnline = (online: boolean): void => {
    isOnline = online;
    if (running === undefined) return;
    running.state.isOnline = online;
    for (const listener of running.state.networkListeners) {
      listener({ isConnected: online, networkType: online ? 'wifi' : 'none' } as never);
    }
  };

  function close(): void {
    running?.closing.abort();
    running?.time.stop();
    running = undefined;
  }

  return {
    person,
    complaints,
    get shown() {
      return top().data;
    },
    get isBusy() {
      return (running?.state.requestsUnderWay ?? 0) > 0;
    },
    get at() {
      const { path, query } = top();
      return { path, query };
    },
    launch() {
      close();
      running = start();
      running.launch();
      open(appConfig.pages[0] ?? '', {});
    },
    close,
    tap: (text, data = {}) => {
      const page = top();
      const button = page.findButton(text);
      inGesture(() => tapButton(page, button, data));
    },
    submit: (values) => {
      const page = top();
      inGesture(() => page.call(page.findForm(), { type: 'submit', detail: { value: values } }));
    },
    pullDown: () => top().call('onPullDownRefresh'),
    openTab(path) {
      if (!appConfig.tabBar.list.some(({ pagePath }) => pagePath === path))
        throw new Error(`${path} is no tab`);
      for (const page of running?.stack.splice(0).reverse() ?? []) page.call('onUnload');
      open(path, {});
    },
    open: (url) => running?.state.navigate(url),
    hide: () => top().call('onHide'),
    show: () => top().call('onShow'),
    setOnline,
    answerPopup(choice) {
      const popup = running?.state.popups.shift();
      popup?.answer(choice);
      return popup !== undefined;
    },
    elapse(ms) {
      if (running?.state.requestsUnderWay === 0) running.time.elapse(ms);
    },
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
    if (openType === 'chooseAvatar') return { avatarUrl: 'http://tmp/avatar-1.jpeg' };
    const { code } = wechat.getPhoneNumber({ appId, openId });
    return { errMsg: 'getPhoneNumber:ok', code };
  }

  function start(): Running {
    const closing = new AbortController();
    const time = createVirtualTime();
    const pages = new Map<string, PageOptions>();
    const state: PhoneState = {
      user: { appId, openId },
      person,
      wechat,
      storage,
      networkListeners: new Set(),
      popups: [],
      isOnline,
      requestsUnderWay: 0,
      isInGesture: false,
      closed: closing.signal,
      navigate: (url) => {
        const [path = '', search = ''] = url.replace(/^\//, '').split('?');
        // As WeChat does it: what is written for a URL is not read back.
        const pairs = search
          .split('&')
          .filter(Boolean)
          .map((pair) => pair.split('='));
        open(path, Object.fromEntries(pairs.map(([name, value = '']) => [name, value])));
      },
      setOnline,
    };
    let registered: PageOptions | undefined;
    let onLaunch: (() => void) | undefined;
    const complain = (...words: unknown[]) => void complaints.push(words.map(String).join(' '));
    const modules = loadMiniProgram(
      {
        wx: createWx(state),
        console: { log: () => undefined, info: () => undefined, warn: complain, error: complain },
        App: (options: { onLaunch?: () => void }) => {
          onLaunch = options.onLaunch;
        },
        Page: (options: PageOptions) => {
          registered = options;
        },
        ...time.globals,
      },
      { config },
    );
    modules.run('app');
    for (const path of appConfig.pages) {
      modules.run(path);
      if (registered === undefined) throw new Error(`${path} registers no page`);
      pages.set(path, registered);
    }
    return { closing, time, pages, state, stack: [], launch: () => onLaunch?.() };
  }
}
