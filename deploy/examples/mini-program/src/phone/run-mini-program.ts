import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createWx, type PhoneState } from './create-wx.ts';
import { loadMiniProgram, miniprogramFolder } from './load-mini-program.ts';
import { createPage, type OpenPage, type PageOptions } from './open-page.ts';
import { createVirtualTime } from './virtual-time.ts';

interface AppConfig {
  readonly pages: readonly string[];
  readonly tabBar: { readonly list: readonly { readonly pagePath: string }[] };
}

/** What a phone gives to the mini-program that it opens. */
export interface Device
  extends Pick<PhoneState, 'user' | 'person' | 'wechat' | 'storage' | 'savedFiles' | 'isOnline'> {
  readonly config: Readonly<Record<string, unknown>>;
  readonly complaints: string[];
}

/** A mini-program that is open. */
export interface RunningMiniProgram {
  readonly state: PhoneState;
  /** The page that is shown. */
  readonly top: OpenPage;
  /** Something that the person does with their finger: within it WeChat allows popups. */
  inGesture(act: () => void): void;
  openTab(path: string): void;
  elapse(ms: number): void;
  /** Nothing of it runs any more, and nobody is told of what comes back. */
  close(): void;
}

/** Runs the app and the files of its pages, and opens the first page. */
export function runMiniProgram({ config, complaints, ...device }: Device): RunningMiniProgram {
  const appConfig = JSON.parse(readFileSync(join(miniprogramFolder, 'app.json'), 'utf8')) as AppConfig;
  const closing = new AbortController();
  const time = createVirtualTime();
  const stack: OpenPage[] = [];
  const state: PhoneState = {
    ...device,
    networkListeners: new Set(),
    popups: [],
    requestsUnderWay: 0,
    isInGesture: false,
    closed: closing.signal,
    navigate(url) {
      const [path = '', search = ''] = url.replace(/^\//, '').split('?');
      open(path, readQuery(search));
    },
    setOnline(isOnline) {
      state.isOnline = isOnline;
      const change = { isConnected: isOnline, networkType: isOnline ? 'wifi' : 'none' } as const;
      for (const listener of state.networkListeners) listener(change);
    },
  };
  const { pages, onLaunch } = register(appConfig.pages, {
    globals: { wx: createWx(state), console: createConsole(complaints), ...time.globals },
    config,
  });

  function open(path: string, query: Readonly<Record<string, string>>): void {
    const options = pages.get(path);
    if (options === undefined) throw new Error(`navigateTo:fail page "${path}" is not found`);
    stack.at(-1)?.call('onHide');
    const page = createPage(path, query, options);
    stack.push(page);
    page.call('onLoad', query);
    page.call('onShow');
  }

  onLaunch();
  open(appConfig.pages[0] ?? '', {});
  return {
    state,
    get top() {
      return stack.at(-1) ?? raise('no page is open');
    },
    inGesture(act) {
      state.isInGesture = true;
      try {
        act();
      } finally {
        state.isInGesture = false;
      }
    },
    openTab(path) {
      if (!appConfig.tabBar.list.some(({ pagePath }) => pagePath === path)) raise(`${path} is no tab`);
      for (const page of stack.splice(0).reverse()) page.call('onUnload');
      open(path, {});
    },
    elapse(ms) {
      if (state.requestsUnderWay === 0) time.elapse(ms);
    },
    close() {
      closing.abort();
      time.stop();
    },
  };
}

interface Registered {
  readonly pages: ReadonlyMap<string, PageOptions>;
  onLaunch(): void;
}

/** Runs app and pages, each of which registers itself. */
function register(
  paths: readonly string[],
  { globals, config }: { readonly globals: object; readonly config: Device['config'] },
): Registered {
  let app: { onLaunch?: () => void } = {};
  let page: PageOptions | undefined;
  const App = (options: typeof app) => {
    app = options;
  };
  const Page = (options: PageOptions) => {
    page = options;
  };
  const modules = loadMiniProgram({ ...globals, App, Page }, { config });
  modules.run('app');
  const pages = new Map<string, PageOptions>();
  for (const path of paths) {
    page = undefined;
    modules.run(path);
    pages.set(path, page ?? raise(`${path} registers no page`));
  }
  return { pages, onLaunch: () => app.onLaunch?.() };
}

/** As WeChat does it: what was written for a URL is not read back. */
function readQuery(search: string): Record<string, string> {
  const pairs = search.split('&').filter(Boolean);
  return Object.fromEntries(
    pairs.map((pair): [string, string] => {
      const [name = '', value = ''] = pair.split('=');
      return [name, value];
    }),
  );
}

function createConsole(complaints: string[]): object {
  const complain = (...words: unknown[]) => void complaints.push(words.map(String).join(' '));
  return { log: () => undefined, info: () => undefined, warn: complain, error: complain };
}

function raise(what: string): never {
  throw new Error(what);
}
