import fc from 'fast-check';
import { type ByteEdit, byteEdits, editBytes, editText } from './edit-bytes.fixture.test.ts';
import { editRequest, requestEdits } from './edit-request.fixture.test.ts';
import { type Expected, type FuzzCase, type Property, toProperty } from './fuzz-case.fixture.test.ts';
import { appIds } from './installation.fixture.test.ts';
import {
  encryptedPushes,
  findPush,
  type PushMessage,
  plainPushes,
  pushMessages,
  type QueryPair,
  toEnvelope,
  toQuery,
  withQuery,
} from './push-messages.fixture.test.ts';
import { expectKept } from './said.fixture.test.ts';
import type { WireRequest } from './wire.fixture.test.ts';

/** Changes of a push outside of its query that nobody signed with the Token. */

const messages = fc.constantFrom(...pushMessages.keys());
const encrypted = fc.constantFrom(...encryptedPushes);
const refused: Expected = { kind: 'refused' };
const unchanged: Expected = { kind: 'unchanged' };
const isPlain = ({ mode }: PushMessage) => mode === 'plaintext';

function toByteCase({ name, edit }: { name: string; edit: ByteEdit }): FuzzCase {
  const { request: valid } = findPush(name);
  const request = { ...valid, body: editBytes(valid.body, edit) };
  return { valid, request, expected: { kind: 'unchanged', orRefused: true } };
}

function toCiphertextCase({
  name,
  edit,
  inText,
}: {
  name: string;
  edit: ByteEdit;
  inText: boolean;
}): FuzzCase {
  const message = findPush(name);
  const document = message.request.body.toString();
  const change = (text: string) =>
    inText ? editText(text, edit) : editBytes(Buffer.from(text, 'base64'), edit).toString('base64');
  const body = Buffer.from(
    document.replace(
      /("Encrypt":"|<Encrypt><!\[CDATA\[)([^"\]]*)/,
      (_, before: string, text: string) => before + change(text),
    ),
  );
  return { valid: message.request, request: { ...message.request, body }, expected: refused };
}

/** What comes in place of a ciphertext that msg_signature covers, though the plain signature is good. */
const downgrades: Readonly<Record<string, (message: PushMessage) => WireRequest>> = {
  'in plaintext': (message) => plain(message, message.query),
  'in plaintext, and says so': (message) =>
    plain(
      message,
      message.query.map(([name, value]) => [name, name === 'encrypt_type' ? 'raw' : value]),
    ),
  'in plaintext, and says nothing': (message) => plain(message, toQuery(undefined)),
  'with an empty ciphertext': (message) => withBody(message, toEnvelope(message, message.format, '')),
  'with a list of ciphertexts': (message) => withBody(message, '{"Encrypt":["x"]}'),
  'with a number for ciphertext': (message) => withBody(message, '{"Encrypt":1}'),
  'with an object for ciphertext': (message) => withBody(message, '{"Encrypt":{"toString":"x"}}'),
  'with nothing for ciphertext': (message) => withBody(message, '{"Encrypt":null}'),
  'with two ciphertexts': (message) =>
    withBody(message, '<xml><Encrypt>x</Encrypt><Encrypt>y</Encrypt></xml>'),
  'with a ciphertext below': (message) =>
    withBody(message, '<xml><Encrypt><Encrypt>x</Encrypt></Encrypt></xml>'),
  'with a ciphertext of a prototype': (message) => withBody(message, '{"__proto__":{"Encrypt":"x"}}'),
  'with nothing': (message) => withBody(message, ''),
};

const withBody = ({ request }: PushMessage, body: string): WireRequest => ({
  ...request,
  body: Buffer.from(body),
});
const plain = (message: PushMessage, query: readonly QueryPair[]): WireRequest =>
  withQuery(
    withBody(message, JSON.stringify({ MsgType: 'event', Event: 'user_authorization_cancellation' })),
    query,
  );

function toDowngradeCase({ name, how }: { name: string; how: string }): FuzzCase {
  const message = findPush(name);
  const request = downgrades[how]?.(message) ?? message.request;
  return { valid: message.request, request, expected: refused };
}

/** What stands around the ciphertext is signed by nobody, and must not count. */
const envelopes: Readonly<Record<string, (message: PushMessage, sealed: string) => string>> = {
  'in the other format': (message, sealed) =>
    toEnvelope(message, message.format === 'json' ? 'xml' : 'json', sealed),
  'beside another event': (_message, sealed) =>
    JSON.stringify({ MsgType: 'event', Event: 'user_authorization_revoke', Encrypt: sealed }),
  'beside another app': (_message, sealed) =>
    `<xml><ToUserName>gh_ffffffffffff</ToUserName><AppId>wx2222222222222222</AppId><Encrypt>${sealed}</Encrypt></xml>`,
  'beside lists': (_message, sealed) => JSON.stringify({ a: [[{}], null, 1e308], Encrypt: sealed }),
  alone: (_message, sealed) => `  {"Encrypt":"${sealed}"}\n`,
  'behind another': (_message, sealed) => `{"Encrypt":"x","Encrypt":"${sealed}"}`,
};

function toEnvelopeCase({ name, how }: { name: string; how: string }): FuzzCase {
  const message = findPush(name);
  const [, sealed = ''] = /Encrypt(?:":"|><!\[CDATA\[)([^"\]]*)/.exec(message.request.body.toString()) ?? [];
  const body = Buffer.from(envelopes[how]?.(message, sealed) ?? '');
  return { valid: message.request, request: { ...message.request, body }, expected: unchanged };
}

/** `twin` and `plainTwin` have the same secrets. */
function toPathCase({ name, appId }: { name: string; appId: string }): FuzzCase {
  const message = findPush(name);
  const request = { ...message.request, target: message.request.target.replace(message.appId, appId) };
  if (appId === message.appId) return { valid: message.request, request, expected: unchanged };
  // An app that has the Token and no key: its configuration is wrong.
  const lacksKey = !isPlain(message) && (appId === appIds.plain || appId === appIds.plainTwin);
  return {
    valid: message.request,
    request,
    expected: { kind: 'refused', statuses: [lacksKey ? 500 : 401] },
  };
}

function toRequestCase({ name, what }: { name: string; what: string }): FuzzCase {
  const message = findPush(name);
  const edited = editRequest(message.request, what);
  // In plaintext mode nobody signs the body.
  if (what !== 'no body' || !isPlain(message)) return edited;
  return { ...edited, expected: { kind: 'taken', check: expectKept } };
}

const isProven = false;
const _at = fc.nat(20);
const keysOf = (record: Readonly<Record<string, unknown>>) => fc.constantFrom(...Object.keys(record));

export const unprovenPush: readonly Property[] = [
  toProperty({
    name: 'with another byte',
    isProven,
    share: 8,
    specs: fc.record({ name: encrypted, edit: byteEdits }),
    toCase: toByteCase,
  }),
  toProperty({
    name: 'with another ciphertext',
    isProven,
    share: 5,
    specs: fc.record({ name: encrypted, edit: byteEdits, inText: fc.boolean() }),
    toCase: toCiphertextCase,
  }),
  toProperty({
    name: 'that is not encrypted where it should be',
    isProven,
    share: 3,
    specs: fc.record({ name: encrypted, how: keysOf(downgrades) }),
    toCase: toDowngradeCase,
  }),
  toProperty({
    name: 'with something else around its ciphertext',
    isProven,
    share: 3,
    specs: fc.record({ name: encrypted, how: keysOf(envelopes) }),
    toCase: toEnvelopeCase,
  }),
  toProperty({
    name: 'at another app’s address',
    isProven,
    share: 3,
    specs: fc.record({
      name: fc.constantFrom(...plainPushes, ...encryptedPushes),
      appId: fc.constantFrom(...Object.values(appIds)),
    }),
    toCase: toPathCase,
  }),
  toProperty({
    name: 'in another request',
    isProven,
    share: 4,
    specs: fc.record({ name: messages, what: requestEdits }),
    toCase: toRequestCase,
  }),
];
