import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { appConfig, merchantConfig, notedEvents, refundEvents } from '@huidiao/contracts';
import { knownEventTypes, knownPushEvents, knownPushMessages, registeredCallbacks } from '@huidiao/wechat';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type CallbackPage, type DocumentedEvent, readCallbackPage } from './callback-pages.fixture.test.ts';
import {
  type ToldTypes,
  toToldNotifications,
  toToldPushes,
  toToldV2,
} from './told-callbacks.fixture.test.ts';

const pages = { en: readCallbackPage('en'), zh: readCallbackPage('zh') };
const channels = ['pay-v3', 'pay-v2', 'push'] as const;
type Channel = (typeof channels)[number];
const urls: Record<Channel, string> = {
  'pay-v3': '/callbacks/wechat-pay/{mchid}',
  'pay-v2': '/callbacks/wechat-pay-v2/{mchid}',
  push: '/callbacks/mini-program/{appid}',
};

/** The type of what has no row of its own. */
const unhandled = 'callback.unhandled';

/** Names → types as a page has them, of the events that come to one URL; those of pushes in small letters. */
function documented({ addresses, families }: CallbackPage, channel: Channel) {
  const names = addresses.filter(({ url }) => url === urls[channel]).map(({ name }) => name);
  const rows = families.flat().filter(({ address }) => names.includes(address));
  const typesByName = new Map<string, Set<string>>();
  for (const { name = '', types } of rows) {
    const key = toKey(name, channel);
    typesByName.set(key, new Set([...(typesByName.get(key) ?? []), ...types]));
  }
  return sorted(typesByName);
}

/** The same of what the code was seen to make of each name. */
function told(seen: ToldTypes, channel: Channel) {
  const known = [...seen].flatMap(([name, types]) => {
    const own = [...types].filter((type) => type !== unhandled);
    return own.length === 0 ? [] : [[toKey(name, channel), new Set<string>(own)] as const];
  });
  return sorted(new Map(known));
}

function toKey(name: string, channel: Channel): string {
  return channel === 'push' ? name.toLowerCase() : name;
}

function sorted(typesByName: ReadonlyMap<string, ReadonlySet<string>>): Record<string, string[]> {
  const rows = [...typesByName].map(([name, types]) => [name, [...types].sort()] as const);
  return Object.fromEntries(rows.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** What both languages must have alike of a row. */
function toCore(page: CallbackPage, { name, types, address, action }: DocumentedEvent) {
  const place = page.addresses.findIndex((one) => one.name === address);
  return { name, types, place, isOnlyNoted: ['noted', '记录'].includes(action) };
}

for (const [language, page] of Object.entries(pages)) {
  describe(`the page of callbacks, ${language}`, () => {
    const seen = { 'pay-v3': toToldNotifications, 'pay-v2': toToldV2, push: toToldPushes };
    for (const channel of channels) {
      it(`says of every callback of ${channel} what it really becomes, and names no other`, () => {
        expect(documented(page, channel)).to.deep.equal(told(seen[channel](), channel));
      });
    }

    it('has every name that the code knows', () => {
      const names = { 'pay-v3': knownEventTypes, push: [...knownPushEvents, ...knownPushMessages] };
      for (const channel of ['pay-v3', 'push'] as const) {
        expect(Object.keys(documented(page, channel))).to.have.members([...names[channel]]);
      }
    });

    it('has every type of event that a filter may name', () => {
      const types = new Set(page.families.flat().flatMap((row) => row.types));
      const catalogue = [...Object.keys(notedEvents), ...Object.keys(refundEvents)];
      expect([...types]).to.have.members(['payment.succeeded', ...catalogue, unhandled]);
    });

    it('says nothing twice', () => {
      const rows = page.families.flat().map(({ name, types }) => [name, ...types].join(' '));
      expect(rows.filter((row, at) => rows.indexOf(row) !== at)).to.deep.equal([]);
    });

    it('says of every event where its address is set', () => {
      const addresses = page.addresses.map(({ name }) => name);
      const used = page.families.flat().flatMap(({ name, address }) => (name === undefined ? [] : [address]));
      expect([...new Set(used)]).to.have.members(addresses);
      expect([...new Set(page.addresses.map(({ url }) => url))]).to.have.members(Object.values(urls));
    });

    it('says of each address that is registered by API which API, and that a command does it', () => {
      const registered = page.addresses.filter(({ where }) => where.includes('`npm run callbacks -- sync`'));
      const paths = registered.map(({ where }) => where.match(/`(\/v3\/[^`]+)`/)?.[1]);
      expect(paths).to.have.members(Object.values(registeredCallbacks).map(({ path }) => path));
    });

    it('shows a merchants file whose values can stand in one', () => {
      expect(page.examples).to.have.length(1);
      const [file] = page.examples as [Record<'merchants' | 'apps', Record<string, unknown>[]>];
      for (const [list, schema] of [
        ['merchants', merchantConfig],
        ['apps', appConfig],
      ] as const) {
        for (const [key, value] of Object.entries(file[list]?.[0] ?? {})) {
          const shape: Readonly<Record<string, { safeParse(value: unknown): { success: boolean } }>> =
            schema.shape;
          expect(shape[key]?.safeParse(value).success, `${list}[].${key}`).to.equal(true);
        }
      }
    });

    it('leads somewhere with every link', () => {
      const links = [...page.text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target = '']) => target);
      expect(links).not.to.have.length(0);
      const folder = join(import.meta.dirname, '../../../deploy/docs');
      for (const target of links) expect(existsSync(join(folder, target)), target).to.equal(true);
    });
  });
}

describe('the pages of callbacks', () => {
  const { en, zh } = pages;

  it('have the same rows in both languages', () => {
    const families = (page: CallbackPage) =>
      page.families.map((rows) => rows.map((row) => toCore(page, row)));
    expect(families(zh)).to.deep.equal(families(en));
    expect(zh.addresses.map(({ url }) => url)).to.deep.equal(en.addresses.map(({ url }) => url));
  });

  it('have the same sections, examples and commands in both languages', () => {
    const sections = ({ text }: CallbackPage) =>
      [...text.matchAll(/^#+ ?([0-9.]*)/gm)].map(([all]) => all.trim());
    expect(sections(zh)).to.deep.equal(sections(en));
    expect(zh.examples).to.deep.equal(en.examples);
    const commands = ({ text }: CallbackPage) => [...text.matchAll(/`npm run [^`]+`/g)].map(String).sort();
    expect(commands(zh)).to.deep.equal(commands(en));
  });

  it('take a callback that nothing knows for what they say of everything else', () => {
    const others = (page: CallbackPage) => page.families.flat().filter(({ name }) => name === undefined);
    expect(others(en).map(({ types }) => types)).to.deep.equal([[unhandled]]);
    expect([...(toToldNotifications().get('FUTURE.NEWS') ?? [])]).to.deep.equal([unhandled]);
    expect([...(toToldPushes().get('event_of_the_future') ?? [])]).to.deep.equal([unhandled]);
    expect([...(toToldV2().get('v2.unknown') ?? [])]).to.deep.equal([unhandled]);
  });
});
