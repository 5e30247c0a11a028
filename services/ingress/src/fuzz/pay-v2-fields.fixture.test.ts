import fc from 'fast-check';
import { type ByteEdit, byteEdits, editBytes, editText } from './edit-bytes.fixture.test.ts';
import { fieldNames } from './edit-fields.fixture.test.ts';
import { type Expected, type FuzzCase, type Property, toProperty } from './fuzz-case.fixture.test.ts';
import {
  anyV2Message,
  hint,
  isEncrypted,
  refused,
  toHint,
  unchanged,
} from './pay-v2-expectations.fixture.test.ts';
import {
  encryptedV2,
  findV2Message,
  toDocument,
  toElement,
  toSent,
  type V2Message,
  withBody,
} from './pay-v2-messages.fixture.test.ts';

/** Changes of the fields of a callback of API v2 that nobody signed. */

function toByteCase({ name, edit }: { name: string; edit: ByteEdit }): FuzzCase {
  const { request: valid } = findV2Message(name);
  const request = { ...valid, body: editBytes(valid.body, edit) };
  return { valid, request, expected: isEncrypted(name) ? hint : { kind: 'unchanged', orRefused: true } };
}

function toValueCase({ name, at, edit }: { name: string; at: number; edit: ByteEdit }): FuzzCase {
  const message = findV2Message(name);
  const sent = Object.entries(toSent(message));
  const place = at % sent.length;
  const [field = '', value = ''] = sent[place] ?? [];
  const edited = editText(value, edit);
  const request = withBody(message, toDocument('xml', Object.fromEntries(sent.with(place, [field, edited]))));
  const expected = value === edited ? unchanged : expectedOfValue(name, field, message);
  return { valid: message.request, request, expected };
}

function expectedOfValue(name: string, field: string, message: V2Message): Expected {
  if (isEncrypted(name)) {
    if (field === 'mch_id') return refused;
    return field === 'req_info' ? hint : toHint(message);
  }
  // Small letters are a sign as good as capitals.
  return field === 'sign' ? { kind: 'unchanged', orRefused: true } : refused;
}

function toRemovalCase({ name, at }: { name: string; at: number }): FuzzCase {
  const message = findV2Message(name);
  const sent = Object.entries(toSent(message));
  const place = at % sent.length;
  const [field = '', value = ''] = sent[place] ?? [];
  const request = withBody(message, toDocument('xml', Object.fromEntries(sent.toSpliced(place, 1))));
  if (isEncrypted(name)) {
    const isNeeded = field === 'mch_id' || field === 'req_info';
    return { valid: message.request, request, expected: isNeeded ? refused : toHint(message) };
  }
  // An empty value is not part of what is signed.
  return { valid: message.request, request, expected: value === '' ? unchanged : refused };
}

/** A field that is empty is not part of what is signed, so anybody can put it there: it must mean nothing. */
function toAdditionCase({ name, field, value }: { name: string; field: string; value: string }): FuzzCase {
  const message = findV2Message(name);
  const sent = toSent(message);
  const added = toElement(field, `<![CDATA[${value}]]>`);
  const request = withBody(message, toDocument('xml', sent).replace('</xml>', `${added}</xml>`));
  if (Object.hasOwn(sent, field)) return { valid: message.request, request, expected: refused };
  if (isEncrypted(name)) return { valid: message.request, request, expected: toHint(message) };
  return { valid: message.request, request, expected: value === '' ? unchanged : refused };
}

/** Nothing around req_info says anything of the refund. */
function toAroundCase({ name, at, value }: { name: string; at: number; value: string }): FuzzCase {
  const message = findV2Message(name);
  const names = Object.keys(message.reqInfo ?? {});
  const field = names[at % names.length] ?? '';
  const request = withBody(message, toDocument('xml', { [field]: value, ...toSent(message) }));
  return { valid: message.request, request, expected: toHint(message) };
}

const isProven = false;
const at = fc.nat(60);

export const fieldsOfV2: readonly Property[] = [
  toProperty({
    name: 'with another byte',
    isProven,
    share: 11,
    specs: fc.record({ name: anyV2Message, edit: byteEdits }),
    toCase: toByteCase,
  }),
  toProperty({
    name: 'with another value',
    isProven,
    share: 8,
    specs: fc.record({ name: anyV2Message, at, edit: byteEdits }),
    toCase: toValueCase,
  }),
  toProperty({
    name: 'without a field',
    isProven,
    share: 3,
    specs: fc.record({ name: anyV2Message, at }),
    toCase: toRemovalCase,
  }),
  toProperty({
    name: 'with one more field',
    isProven,
    share: 6,
    specs: fc.record({
      name: anyV2Message,
      field: fc.constantFrom(...fieldNames),
      value: fc.constantFrom('', '', '1', 'ADD'),
    }),
    toCase: toAdditionCase,
  }),
  toProperty({
    name: 'with one more field around req_info',
    isProven,
    share: 2,
    specs: fc.record({
      name: fc.constantFrom(...encryptedV2),
      at,
      value: fc.constantFrom('', '1', 'CHANGE', 'ORDER-2', '4200000000202611220000000002'),
    }),
    toCase: toAroundCase,
  }),
];
