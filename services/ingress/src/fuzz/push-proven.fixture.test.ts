import fc from 'fast-check';
import { type ByteEdit, byteEdits, editBytes } from './edit-bytes.fixture.test.ts';
import { editJson, editXml, type TreeEdit, toXml } from './edit-tree.fixture.test.ts';
import { type Expected, type FuzzCase, type Property, toProperty } from './fuzz-case.fixture.test.ts';
import { foreignEncodingAesKey } from './installation.fixture.test.ts';
import {
  encryptedPushes,
  type Framing,
  findPush,
  type PushMessage,
  plainPushes,
  pushMessages,
  sayAnew,
  signAnew,
  toEncrypted,
} from './push-messages.fixture.test.ts';
import { expectNoMoney, expectSaid } from './said.fixture.test.ts';
import { jsonEdits, lengthEdits, xmlEdits } from './tree-edits.fixture.test.ts';

/** Changes of a push that is encrypted and signed after them, as WeChat would; in plaintext mode nobody signs a body. */

const named = (format: string, names: Iterable<string> = pushMessages.keys()) =>
  fc.constantFrom(...[...names].filter((name) => name.includes(` ${format} `)));

function taken({ appId }: PushMessage, text: string, orRefusedWith: readonly number[] = []): Expected {
  return {
    kind: 'taken',
    orRefusedWith,
    check: (visit) => {
      expectNoMoney(visit);
      expectSaid(visit, text, { appId });
    },
  };
}

const toPlain = (message: PushMessage) =>
  message.format === 'json' ? toJsonText(message) : toXml(message.content);

function toJsonText({ content }: PushMessage): string {
  return JSON.stringify(content, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}

function toContentCase({ name, edit }: { name: string; edit: TreeEdit }): FuzzCase {
  const message = findPush(name);
  const { text, names } = (message.format === 'json' ? editJson : editXml)(message.content, edit);
  // In plaintext mode ToUserName alone says for which app it is, and what has an Encrypt is not plaintext.
  const isAboutWhose = names.some((one) => one === 'ToUserName' || one === 'Encrypt');
  const orRefusedWith = message.mode === 'plaintext' && isAboutWhose ? [401] : [];
  const request = sayAnew(message, Buffer.from(text));
  return { valid: message.request, request, expected: taken(message, text, orRefusedWith) };
}

function toByteCase({ name, edit }: { name: string; edit: ByteEdit }): FuzzCase {
  const message = findPush(name);
  const bytes = editBytes(Buffer.from(toPlain(message)), edit);
  const orRefusedWith = message.mode === 'plaintext' ? [401] : [];
  const expected = taken(message, bytes.toString(), orRefusedWith);
  return { valid: message.request, request: sayAnew(message, bytes), expected };
}

function toEventCase({ name, other }: { name: string; other: string }): FuzzCase {
  const message = findPush(name);
  const { MsgType, Event } = findPush(other).content;
  const text = toJsonText({ ...message, content: { ...message.content, MsgType, Event } });
  return {
    valid: message.request,
    request: sayAnew(message, Buffer.from(text)),
    expected: taken(message, text),
  };
}

function toBodyCase({ name, body }: { name: string; body: string }): FuzzCase {
  const message = findPush(name);
  const bytes = Buffer.from(body, 'latin1');
  return {
    valid: message.request,
    request: sayAnew(message, bytes),
    expected: taken(message, bytes.toString()),
  };
}

/** Frames that WeChat does not make, and the statuses that they may be refused with. */
const frames: Readonly<Record<string, (content: Buffer, byte: number) => Framing>> = {
  'with another key': () => ({ encodingAesKey: foreignEncodingAesKey }),
  'for another app': (_, byte) => ({ appId: `wx${String(byte).padStart(16, '2')}` }),
  'for no app': () => ({ appId: '' }),
  'for an app with something behind': () => ({ appId: 'wx1234567890abcdef0' }),
  'for an app twice': () => ({ appId: 'wx1234567890abcdefwx1234567890abcdef' }),
  'shorter than it says': (content, byte) => ({ length: content.length + byte }),
  'longer than it says': (content, byte) => ({ length: Math.max(0, content.length - byte) }),
  'of a huge length': (_, byte) => ({ length: 0xffff_ff00 + byte }),
  'with a padding of zeros': () => ({ pad: (missing) => Buffer.alloc(missing) }),
  'with a padding of 33': () => ({ pad: (missing) => Buffer.alloc(missing, 33) }),
  'with a padding beyond the frame': () => ({ pad: (missing) => Buffer.alloc(missing, 255) }),
  'with an uneven padding': (_, byte) => ({
    pad: (missing) => {
      const pad = Buffer.alloc(
        missing + (missing === 1 ? 32 : 0),
        Math.min(32, missing === 1 ? 32 : missing),
      );
      pad[pad.length - 2] = (pad[pad.length - 2] ?? 0) ^ byte;
      return pad;
    },
  }),
};

function toFrameCase({ name, how, byte }: { name: string; how: string; byte: number }): FuzzCase {
  const message = findPush(name);
  const content = Buffer.from(toPlain(message));
  const request = sayAnew(message, content, frames[how]?.(content, byte));
  const statuses = how === 'with another key' ? [500] : [401, 500];
  return { valid: message.request, request, expected: { kind: 'refused', statuses } };
}

/** Its padding may be of 1 to 32 bytes: node's own would take no more than 16. */
function toPadCase({ name, spaces }: { name: string; spaces: number }): FuzzCase {
  const message = findPush(name);
  const text = toPlain(message) + ' '.repeat(spaces);
  return {
    valid: message.request,
    request: sayAnew(message, Buffer.from(text)),
    expected: taken(message, text),
  };
}

/** Nothing tells a ciphertext that was cut and pasted from one that was not, once it is signed: it may open. */
function toCiphertextCase({ name, edit }: { name: string; edit: ByteEdit }): FuzzCase {
  const message = findPush(name);
  const sealed = Buffer.from(toEncrypted(Buffer.from(toPlain(message))), 'base64');
  const request = signAnew(message, editBytes(sealed, edit).toString('base64'));
  return {
    valid: message.request,
    request,
    expected: { kind: 'taken', orRefusedWith: [401, 500], check: expectNoMoney },
  };
}

const isProven = true;
const encrypted = fc.constantFrom(...encryptedPushes);
const messages = fc.constantFrom(...plainPushes, ...encryptedPushes);
const bodies = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '{}',
    '[]',
    'null',
    '0',
    '"x"',
    '{"Event":1}',
    '<xml/>',
    '<xml></xml>',
    '<a/>',
    '{',
    '<',
  ),
  fc.string({
    unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
    maxLength: 60,
  }),
  fc.json({ maxDepth: 3 }),
);

export const provenPush: readonly Property[] = [
  toProperty({
    name: 'that says something else in JSON',
    isProven,
    share: 19,
    specs: fc.record({ name: named('json'), edit: jsonEdits }),
    toCase: toContentCase,
  }),
  toProperty({
    name: 'that says something else in XML',
    isProven,
    share: 17,
    specs: fc.record({ name: named('xml'), edit: xmlEdits }),
    toCase: toContentCase,
  }),
  toProperty({
    name: 'that says something long',
    isProven,
    share: 4,
    specs: fc.record({ name: named('json'), edit: lengthEdits }),
    toCase: toContentCase,
  }),
  toProperty({
    name: 'with another byte inside',
    isProven,
    share: 6,
    specs: fc.record({ name: messages, edit: byteEdits }),
    toCase: toByteCase,
  }),
  toProperty({
    name: 'of another event',
    isProven,
    share: 4,
    specs: fc.record({ name: named('json'), other: messages }),
    toCase: toEventCase,
  }),
  toProperty({
    name: 'that is none',
    isProven,
    share: 3,
    specs: fc.record({ name: messages, body: bodies }),
    toCase: toBodyCase,
  }),
  toProperty({
    name: 'in another frame',
    isProven,
    share: 5,
    specs: fc.record({
      name: encrypted,
      how: fc.constantFrom(...Object.keys(frames)),
      byte: fc.integer({ min: 1, max: 255 }),
    }),
    toCase: toFrameCase,
  }),
  toProperty({
    name: 'with another padding',
    isProven,
    share: 2,
    specs: fc.record({ name: encrypted, spaces: fc.nat(32) }),
    toCase: toPadCase,
  }),
  toProperty({
    name: 'whose ciphertext is another under a signature that fits it',
    isProven,
    share: 4,
    specs: fc.record({ name: encrypted, edit: byteEdits }),
    toCase: toCiphertextCase,
  }),
];
