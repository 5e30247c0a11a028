import type { JsonObject } from '@huidiao/wechat-simulator';
import { expect } from 'chai';
import fc from 'fast-check';
import { type ByteEdit, byteEdits, editBytes } from './edit-bytes.fixture.test.ts';
import { type Expected, type FuzzCase, type Property, toProperty } from './fuzz-case.fixture.test.ts';
import { foreignApiV3Key, mchIds } from './installation.fixture.test.ts';
import {
  findV3Message,
  sealAnew,
  signAnew,
  toPlaintext,
  type V3Message,
  v3Messages,
  wrapAnew,
} from './pay-v3-messages.fixture.test.ts';
import { expectKept } from './said.fixture.test.ts';
import type { WireRequest } from './wire.fixture.test.ts';

/** Notifications of API v3 that WeChat Pay signed, and that do not open, or not to what they should. */

const messages = fc.constantFrom(...v3Messages.keys());
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
  return { valid: message.request, request, expected };
}

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
const isProven = true;

export const sealsOfV3: readonly Property[] = [
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
