import fc from 'fast-check';
import { type ByteEdit, byteEdits, editText } from './edit-bytes.fixture.test.ts';
import { type Expected, type FuzzCase, type Property, toProperty } from './fuzz-case.fixture.test.ts';
import { nowSeconds, token } from './installation.fixture.test.ts';
import {
  encryptedPushes,
  findPush,
  type PushMessage,
  type PushSigning,
  pushMessages,
  type QueryPair,
  signAnew,
  toEncrypted,
  toQuery,
  withQuery,
} from './push-messages.fixture.test.ts';

/** Changes of the query of a push, where its signature stands. */

const messages = fc.constantFrom(...pushMessages.keys());
const _encrypted = fc.constantFrom(...encryptedPushes);
const refused: Expected = { kind: 'refused' };
const unchanged: Expected = { kind: 'unchanged' };
const isPlain = ({ mode }: PushMessage) => mode === 'plaintext';

/** What a good signature must stand beside; the others say nothing. */
const signedNames = (message: PushMessage) =>
  isPlain(message)
    ? ['timestamp', 'nonce', 'signature']
    : ['timestamp', 'nonce', 'msg_signature', 'encrypt_type'];

function toValueCase({ name, at, edit }: { name: string; at: number; edit: ByteEdit }): FuzzCase {
  const message = findPush(name);
  const place = at % message.query.length;
  const [parameter = '', value = ''] = message.query[place] ?? [];
  const query = message.query.with(place, [parameter, editText(value, edit)]);
  const expected = signedNames(message).includes(parameter) ? refused : unchanged;
  return { valid: message.request, request: withQuery(message.request, query), expected };
}

/** What becomes of one parameter, and whether it stays readable. */
const pairChanges: Readonly<
  Record<string, { apply(pair: QueryPair): readonly QueryPair[]; isReadable: boolean }>
> = {
  removed: { apply: () => [], isReadable: true },
  'in brackets': { apply: ([name, value]) => [[`${name}[]`, value]], isReadable: false },
  'with an index': { apply: ([name, value]) => [[`${name}[a]`, value]], isReadable: false },
  'twice the same': { apply: (pair) => [pair, pair], isReadable: false },
  'another before': {
    apply: ([name, value]) => [
      [name, 'x'],
      [name, value],
    ],
    isReadable: false,
  },
  'another behind': {
    apply: ([name, value]) => [
      [name, value],
      [name, 'x'],
    ],
    isReadable: false,
  },
};

function toPairCase({ name, at, how }: { name: string; at: number; how: string }): FuzzCase {
  const message = findPush(name);
  const place = at % message.query.length;
  const pair = message.query[place] ?? ['', ''];
  const { apply, isReadable } = pairChanges[how] ?? { apply: () => [], isReadable: false };
  const request = withQuery(message.request, message.query.toSpliced(place, 1, ...apply(pair)));
  // Without encrypt_type the body alone tells that it is encrypted.
  const isNeeded = signedNames(message).includes(pair[0]) && pair[0] !== 'encrypt_type';
  return { valid: message.request, request, expected: isNeeded || !isReadable ? refused : unchanged };
}

const layouts: Readonly<Record<string, { apply(query: string): string; readonly expected: Expected }>> = {
  backwards: { apply: (query) => query.split('&').reverse().join('&'), expected: unchanged },
  'with more': { apply: (query) => `${query}&more=1&__proto__=x`, expected: unchanged },
  'with nothing between': { apply: (query) => `&${query.replaceAll('&', '&&')}&`, expected: unchanged },
  escaped: { apply: (query) => query.replaceAll('1', '%31'), expected: unchanged },
  'with a second mark': { apply: (query) => `?${query}`, expected: unchanged },
  'with a broken escape': { apply: (query) => `${query}&x=%zz`, expected: refused },
  'with an escape that is no UTF-8': { apply: (query) => `${query}&x=%ff`, expected: refused },
  long: { apply: (query) => `${query}&x=${'x'.repeat(2_100)}`, expected: refused },
  none: { apply: () => '', expected: refused },
};

function toLayoutCase({ name, how }: { name: string; how: string }): FuzzCase {
  const { request: valid } = findPush(name);
  const [address = '', query = ''] = valid.target.split('?');
  const { apply, expected } = layouts[how] ?? { apply: String, expected: unchanged };
  return { valid, request: { ...valid, target: `${address}?${apply(query)}` }, expected };
}

const signings: Readonly<Record<string, PushSigning>> = {
  'with another Token': { token: [...token].reverse().join('') },
  'with no Token': { token: '' },
  'a day and an hour ago': { timestamp: String(nowSeconds - 90_000) },
  'in eleven minutes': { timestamp: String(nowSeconds + 660) },
  'at no time': { timestamp: 'now' },
  'at a short time': { timestamp: String(nowSeconds).slice(1) },
  'at a long time': { timestamp: `0${nowSeconds}` },
  'without a nonce': { nonce: '' },
};

function toSigningCase({ name, how }: { name: string; how: string }): FuzzCase {
  const message = findPush(name);
  const signing = signings[how] ?? {};
  const request = isPlain(message)
    ? withQuery(message.request, toQuery(undefined, signing))
    : signAnew(message, toEncrypted(Buffer.from('{}')), signing);
  return { valid: message.request, request, expected: refused };
}

const isProven = false;
const at = fc.nat(20);
const keysOf = (record: Readonly<Record<string, unknown>>) => fc.constantFrom(...Object.keys(record));

export const queriesOfPush: readonly Property[] = [
  toProperty({
    name: 'with another value in its query',
    isProven,
    share: 7,
    specs: fc.record({ name: messages, at, edit: byteEdits }),
    toCase: toValueCase,
  }),
  toProperty({
    name: 'whose query lacks or repeats something',
    isProven,
    share: 5,
    specs: fc.record({ name: messages, at, how: keysOf(pairChanges) }),
    toCase: toPairCase,
  }),
  toProperty({
    name: 'whose query is written otherwise',
    isProven,
    share: 2,
    specs: fc.record({ name: messages, how: keysOf(layouts) }),
    toCase: toLayoutCase,
  }),
  toProperty({
    name: 'signed otherwise',
    isProven,
    share: 3,
    specs: fc.record({ name: messages, how: keysOf(signings) }),
    toCase: toSigningCase,
  }),
];
