import type { JsonObject } from '@huidiao/wechat-simulator';
import { expect } from 'chai';
import fc from 'fast-check';
import { type ByteEdit, byteEdits, editBytes } from './edit-bytes.fixture.test.ts';
import { editJson, jsonEdits, moneyEdits, type TreeEdit } from './edit-tree.fixture.test.ts';
import { type Expected, type FuzzCase, type Property, toProperty } from './fuzz-case.fixture.test.ts';
import { foreignApiV3Key, mchIds } from './installation.fixture.test.ts';
import {
  findV3Message,
  sealAnew,
  signAnew,
  type V3Message,
  v3Messages,
  wrapAnew,
} from './pay-v3-messages.fixture.test.ts';
import { expectEveryOrder, expectKept, expectMoneyOfV3, expectSaid } from './said.fixture.test.ts';
import type { Visit } from './site.fixture.test.ts';
import type { WireRequest } from './wire.fixture.test.ts';

/** Changes of a notification of API v3 that is encrypted and signed after them, as WeChat Pay would. */

const messages = fc.constantFrom(...v3Messages.keys());
/** Names by which a resource says whose it is. */
const idNames = ['mchid', 'mch_id', 'sp_mchid', 'combine_mchid', 'receiver'];

type Taken = Extract<Expected, { kind: 'taken' }>;

function taken(request: WireRequest, plaintext: string, orRefusedWith: readonly number[] = []): Taken {
  const eventType = readEventType(request.body);
  const check = (visit: Visit) => {
    expectSaid(visit, plaintext, { mchId: mchIds.own });
    expectMoneyOfV3(visit, eventType, plaintext);
    const isAsked = eventType === 'ENTRUST.TERMINATE_INQUIRY';
    expect(visit.answer).to.have.property('status', isAsked ? 403 : 204);
  };
  return { kind: 'taken', orRefusedWith, check };
}

function readEventType(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())?.event_type;
  } catch {
    return undefined;
  }
}

function toResourceCase({ name, edit }: { name: string; edit: TreeEdit }): FuzzCase {
  const message = findV3Message(name);
  const { text, names } = editJson(message.resource, edit);
  const request = sealAnew(message, text);
  const isAboutIds = names.some((one) => idNames.includes(one));
  const expected = taken(request, text, isAboutIds ? [401] : []);
  const check = (visit: Visit) => {
    expected.check(visit);
    if (Array.isArray(message.resource.sub_orders)) expectEveryOrder(visit, message.resource, text);
  };
  return { valid: message.request, request, expected: { ...expected, check } };
}

/** One order of a combined payment has what another has. */
function toMixedCase({
  name,
  from,
  to,
  member,
}: {
  name: string;
  from: number;
  to: number;
  member: string;
}): FuzzCase {
  const message = findV3Message(name);
  const orders = [...(message.resource.sub_orders as readonly JsonObject[])];
  const [source = {}, target = {}] = [orders[from % orders.length], orders[to % orders.length]];
  orders[to % orders.length] = { ...target, [member]: source[member] };
  const text = JSON.stringify({ ...message.resource, sub_orders: orders });
  const request = sealAnew(message, text);
  const expected = taken(request, text);
  const check = (visit: Visit) => {
    expected.check(visit);
    expectEveryOrder(visit, message.resource, text);
  };
  return { valid: message.request, request, expected: { ...expected, check } };
}

/** What stands around the resource: its event type chooses the rule by which ids are compared. */
function toEnvelopeCase({ name, edit }: { name: string; edit: TreeEdit }): FuzzCase {
  const message = findV3Message(name);
  const { text, names } = editJson(message.envelope as JsonObject, edit);
  const request = signAnew(message, Buffer.from(text));
  const orRefusedWith = [
    ...(names.includes('event_type') ? [401] : []),
    ...(names.includes('resource') ? [500] : []),
  ];
  return { valid: message.request, request, expected: taken(request, toPlaintext(message), orRefusedWith) };
}

function toTypeCase({ name, eventType }: { name: string; eventType: string }): FuzzCase {
  const message = findV3Message(name);
  const request = wrapAnew(message, { ...message.envelope, event_type: eventType });
  return { valid: message.request, request, expected: taken(request, toPlaintext(message), [401]) };
}

/** A whole number as text is what a parser makes of one beyond 2^53. */
function toPlaintext({ resource }: V3Message): string {
  return JSON.stringify(resource, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}

const unopened: Expected = { kind: 'refused', statuses: [500] };
const kept: Expected = {
  kind: 'taken',
  check: (visit) => expectKept(visit),
};
const seals: Readonly<
  Record<string, { readonly expected: Expected; apply(message: V3Message, edit: ByteEdit): WireRequest }>
> = {
  'with another key': {
    expected: unopened,
    apply: (message) => sealAnew(message, toPlaintext(message), foreignApiV3Key),
  },
  'with other bytes': {
    expected: unopened,
    apply: (message, edit) => withResource(message, { ciphertext: editCiphertext(message, edit) }),
  },
  'with another nonce': {
    expected: unopened,
    apply: (message) => withResource(message, { nonce: `x${message.envelope.resource.nonce.slice(1)}` }),
  },
  'with other associated data': {
    expected: unopened,
    apply: (message) =>
      withResource(message, { associated_data: `${message.envelope.resource.associated_data ?? ''}x` }),
  },
  'by another algorithm': {
    expected: kept,
    apply: (message) => withResource(message, { algorithm: 'none' }),
  },
  'by 国密': { expected: kept, apply: (message) => withResource(message, { algorithm: 'AEAD_SM4_GCM' }) },
  'without a nonce': { expected: kept, apply: (message) => withResource(message, { nonce: '' }) },
  'as no base64': { expected: kept, apply: (message) => withResource(message, { ciphertext: 'no base64!' }) },
  'with a foreign character': {
    expected: kept,
    apply: (message) =>
      withResource(message, { ciphertext: message.envelope.resource.ciphertext.replace(/^..../, '$&*') }),
  },
  'in two lines': {
    expected: kept,
    apply: (message) =>
      withResource(message, { ciphertext: message.envelope.resource.ciphertext.replace(/^..../, '$&\n') }),
  },
  'shorter than its tag': {
    expected: kept,
    apply: (message) => withResource(message, { ciphertext: Buffer.alloc(15).toString('base64') }),
  },
};

/** At least as long as its tag. */
function editCiphertext({ envelope }: V3Message, edit: ByteEdit): string {
  const bytes = Buffer.from(envelope.resource.ciphertext, 'base64');
  const edited = editBytes(bytes, edit);
  return (edited.length < 16 ? Buffer.alloc(16) : edited).toString('base64');
}

function withResource(message: V3Message, change: JsonObject): WireRequest {
  const { envelope } = message;
  return wrapAnew(message, { ...envelope, resource: { ...envelope.resource, ...change } });
}

function toSealCase({ name, how, edit }: { name: string; how: string; edit: ByteEdit }): FuzzCase {
  const message = findV3Message(name);
  const { expected, apply } = seals[how] ?? seals['with another key'] ?? expect.fail(how);
  const request = apply(message, edit);
  // The termination of a contract is asked about, even where the resource cannot be read.
  return { valid: message.request, request, expected };
}

const money = [...v3Messages.keys()].filter((name) => /^(TRANSACTION\.SUCCESS|REFUND\.)/.test(name));

/** What clearly names its merchant and is told to another, though with the right keys. */
const owned = [...v3Messages]
  .filter(([name, { resource }]) => {
    if ('receiver' in resource) return false;
    return (
      'combine_mchid' in resource ||
      'sp_mchid' in resource ||
      (/^(TRANSACTION|REFUND|MCHTRANSFER)\./.test(name) && 'mchid' in resource)
    );
  })
  .map(([name]) => name);

function toOwnerCase({ name, mchId }: { name: string; mchId: string }): FuzzCase {
  const message = findV3Message(name);
  const member = ['combine_mchid', 'sp_mchid', 'mchid'].find((one) => one in message.resource) ?? 'mchid';
  const plaintext = JSON.stringify({ ...message.resource, [member]: mchId });
  return { valid: message.request, request: sealAnew(message, plaintext), expected: { kind: 'refused' } };
}

/** A resource that opens to no object says nothing, and names nobody. */
function toNoObjectCase({ name, plaintext }: { name: string; plaintext: string }): FuzzCase {
  const message = findV3Message(name);
  return { valid: message.request, request: sealAnew(message, plaintext), expected: kept };
}

/** Whatever it is, WeChat Pay signed it. */
function toBodyCase({ name, body }: { name: string; body: string }): FuzzCase {
  const message = findV3Message(name);
  const request = signAnew(message, Buffer.from(body, 'latin1'));
  return { valid: message.request, request, expected: kept };
}

const bodies = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '{}',
    '[]',
    'null',
    '0',
    '"x"',
    '{"id":1}',
    '\ufeff{}',
    '{"id":"x","event_type":"x"}',
  ),
  fc.string({
    unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
    maxLength: 60,
  }),
  fc.json({ maxDepth: 3 }),
);
const noObjects = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '[]',
    '[{}]',
    'null',
    'true',
    '0',
    '-0',
    '1e400',
    '"x"',
    '{',
    '\ufeff{}',
    '{"a":1}{"a":1}',
  ),
  fc.json({ maxDepth: 2 }).map((text) => `[${text}]`),
);
const eventTypes = fc.oneof(
  fc.constantFrom(...new Set([...v3Messages.values()].map(({ spec }) => spec.eventType))),
  fc.constantFrom(
    'TRANSACTION.INDUSTRY_SUCCESS',
    'REFUND.',
    'REFUND.PROCESSING',
    'transaction.success',
    'x',
    '__proto__',
  ),
  fc.string({ unit: fc.constantFrom(...'ABCDEF._-'), minLength: 1, maxLength: 64 }),
);

const isProven = true;

export const provenV3: readonly Property[] = [
  toProperty({
    name: 'whose resource says something else',
    isProven,
    share: 28,
    specs: fc.record({ name: messages, edit: jsonEdits }),
    toCase: toResourceCase,
  }),
  toProperty({
    name: 'whose money is another',
    isProven,
    share: 9,
    specs: fc.record({ name: fc.constantFrom(...money), edit: moneyEdits }),
    toCase: toResourceCase,
  }),
  toProperty({
    name: 'whose orders are mixed',
    isProven,
    share: 1,
    specs: fc.record({
      name: fc.constantFrom('TRANSACTION.SUCCESS:combine', 'TRANSACTION.SUCCESS:combine-ten'),
      from: fc.nat(9),
      to: fc.nat(9),
      member: fc.constantFrom('transaction_id', 'transaction_id', 'out_trade_no', 'amount'),
    }),
    toCase: toMixedCase,
  }),
  toProperty({
    name: 'whose envelope says something else',
    isProven,
    share: 10,
    specs: fc.record({ name: messages, edit: jsonEdits }),
    toCase: toEnvelopeCase,
  }),
  toProperty({
    name: 'of another event type',
    isProven,
    share: 8,
    specs: fc.record({ name: messages, eventType: eventTypes }),
    toCase: toTypeCase,
  }),
  toProperty({
    name: 'encrypted otherwise',
    isProven,
    share: 5,
    specs: fc.record({ name: messages, how: fc.constantFrom(...Object.keys(seals)), edit: byteEdits }),
    toCase: toSealCase,
  }),
  toProperty({
    name: 'that names another merchant',
    isProven,
    share: 3,
    specs: fc.record({
      name: fc.constantFrom(...owned),
      mchId: fc.constantFrom(mchIds.twin, mchIds.nobody, '19000000010', '190000000', '1900000001 ', 'x'),
    }),
    toCase: toOwnerCase,
  }),
  toProperty({
    name: 'whose resource is no object',
    isProven,
    share: 2,
    specs: fc.record({ name: messages, plaintext: noObjects }),
    toCase: toNoObjectCase,
  }),
  toProperty({
    name: 'that is none',
    isProven,
    share: 4,
    specs: fc.record({ name: messages, body: bodies }),
    toCase: toBodyCase,
  }),
];
