import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { miniprogramFolder } from './load-mini-program.ts';
import { listNames, readWxml, type Tag } from './read-wxml.ts';

/** What a page registers with Page(). */
export interface PageOptions {
  readonly data: Readonly<Record<string, unknown>>;
  readonly [member: string]: unknown;
}

/** A page that is open. */
export interface OpenPage {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** What its template shows. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Calls a handler; one of the life cycle that the page does not have is passed over, any other is an error. */
  call(name: string, argument?: unknown): void;
  /** The attributes of the button with this text. Throws where it is not shown, or disabled. */
  findButton(text: string): Readonly<Record<string, string>>;
  /** The handler of the form. Throws where none is shown. */
  findForm(): string;
}

const lifeCycle = ['onLoad', 'onShow', 'onHide', 'onUnload', 'onPullDownRefresh'];

/** Opens a page: an instance with data of its own. */
export function createPage(
  path: string,
  query: Readonly<Record<string, string>>,
  options: PageOptions,
): OpenPage {
  const tags = readWxml(readFileSync(join(miniprogramFolder, `${path}.wxml`), 'utf8'));
  const instance: Record<string, unknown> = { ...options, data: clone(options.data) };
  instance.setData = (change: Record<string, unknown>) => {
    for (const [name, value] of Object.entries(change)) {
      if (value === undefined)
        throw new Error(`${path}: setData of undefined to ${name}, which WeChat refuses`);
      if (!(name in options.data)) throw new Error(`${path}: ${name} is not in its data`);
    }
    instance.data = { ...(instance.data as object), ...clone(change) };
  };
  const data = () => instance.data as Record<string, unknown>;

  const isShown = (tag: Tag): boolean =>
    [...tag.within, tag].every(({ attributes: { 'wx:if': condition } }) => {
      const [name] = condition === undefined ? [] : listNames(condition);
      return name === undefined || Boolean(data()[name]);
    });

  return {
    path,
    query,
    get data() {
      return data();
    },
    call(name, argument) {
      const handler = instance[name];
      if (typeof handler === 'function') handler.call(instance, argument);
      else if (!lifeCycle.includes(name)) throw new Error(`${path} has no handler ${name}`);
    },
    findButton(text) {
      const button = tags.find((tag) => tag.text === text && isShown(tag));
      if (button === undefined) throw new Error(`${path} shows no ${text}`);
      const [disabledBy] = listNames(button.attributes.disabled ?? '');
      if (disabledBy !== undefined && data()[disabledBy]) throw new Error(`${text} is disabled`);
      return button.attributes;
    },
    findForm() {
      const form = tags.find((tag) => tag.name === 'form' && isShown(tag));
      if (form === undefined) throw new Error(`${path} shows no form`);
      return form.attributes.bindsubmit ?? '';
    },
  };
}

/** As it crosses from a page's code to its view: what JSON has no word for is lost. */
function clone<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
