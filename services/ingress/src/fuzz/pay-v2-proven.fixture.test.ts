import fc from 'fast-check';
import { editFields, type FieldEdit, fieldEdits } from './edit-fields.fixture.test.ts';
import { type Expected, type FuzzCase, type Property, toProperty } from './fuzz-case.fixture.test.ts';
import { apiV3Key, mchIds } from './installation.fixture.test.ts';
import {
  encryptedV2,
  findV2Message,
  sealAnew,
  signAnew,
  signedV2,
  toDocument,
  type V2Fields,
  type V2Message,
} from './pay-v2-messages.fixture.test.ts';
import { expectHint, expectMoneyOfV2, expectSaid } from './said.fixture.test.ts';

/** Changes of a callback of API v2 that is signed or encrypted after them, as WeChat Pay would. */

const refused: Expected = { kind: 'refused' };

function taken(...said: readonly V2Fields[]): Expected {
  const fields: V2Fields = Object.assign({}, ...said);
  const text = said.flatMap((one) => Object.values(one)).join('\n');
  return {
    kind: 'taken',
    check: (visit) => {
      expectSaid(visit, text, { mchId: mchIds.own });
      expectMoneyOfV2(visit, fields);
    },
  };
}

function toSignedCase({ name, edit }: { name: string; edit: FieldEdit }): FuzzCase {
  const message = findV2Message(name);
  const fields = editFields(message.fields, edit);
  return {
    valid: message.request,
    request: signAnew(message, fields),
    expected: expectedOfSigned(fields),
  };
}

function expectedOfSigned(fields: V2Fields): Expected {
  const { mch_id: mchId = '', req_info: reqInfo = '' } = fields;
  if (mchId !== '' && mchId !== mchIds.own) return refused;
  // Of a refund that is signed req_info counts all the same, and nobody encrypted this one.
  return reqInfo === '' ? taken(fields) : { kind: 'refused', statuses: [401, 500] };
}

function toSealedCase({ name, edit }: { name: string; edit: FieldEdit }): FuzzCase {
  const message = findV2Message(name);
  const fields = editFields(message.reqInfo ?? {}, edit);
  const { kind, check } = taken(message.fields, fields) as Extract<Expected, { kind: 'taken' }>;
  return {
    valid: message.request,
    request: sealAnew(message, toDocument('root', fields)),
    expected: {
      kind,
      check: (visit) => {
        check(visit);
        expectHint(visit);
      },
    },
  };
}

const insides: Readonly<Record<string, (document: string) => string>> = {
  'another root': (document) => document.replaceAll('root>', 'xml>'),
  'a DOCTYPE': (document) => `<!DOCTYPE root [<!ENTITY x SYSTEM "http://127.0.0.1/x">]>${document}`,
  'an entity': (document) => document.replace('</root>', '<more>&x;</more></root>'),
  'a comment': (document) => document.replace('<root>', '<root><!-- -->'),
  'an attribute': (document) => document.replace('<root>', '<root a="b">'),
  'fields in a field': (document) => document.replace('</root>', '<more><a>1</a></more></root>'),
  'a field repeated': (document) => document.replace('</root>', '<refund_fee>1</refund_fee></root>'),
  'no end': (document) => document.slice(0, -1),
  'a forbidden character': (document) => document.replace('</root>', '<more>\u0000</more></root>'),
  JSON: () => '{"refund_status":"SUCCESS"}',
  nothing: () => '',
};

function toInsideCase({ name, what }: { name: string; what: string }): FuzzCase {
  const message = findV2Message(name);
  const document = insides[what]?.(toDocument('root', message.reqInfo ?? {})) ?? '';
  const request = sealAnew(message, document);
  return { valid: message.request, request, expected: { kind: 'refused', statuses: [500] } };
}

const seals: Readonly<Record<string, { readonly status: number; toReqInfo(sealed: string): string }>> = {
  'as no base64': { status: 401, toReqInfo: (sealed) => `!${sealed.slice(1)}` },
  'in part of a block': {
    status: 401,
    toReqInfo: (sealed) => toBase64(sealed, (bytes) => bytes.subarray(0, -1)),
  },
  'in no block': { status: 401, toReqInfo: () => '' },
  'without its last block': {
    status: 500,
    toReqInfo: (sealed) => toBase64(sealed, (bytes) => bytes.subarray(0, -16)),
  },
  'without its first block': {
    status: 500,
    toReqInfo: (sealed) => toBase64(sealed, (bytes) => bytes.subarray(16)),
  },
  'as zeros': { status: 500, toReqInfo: (sealed) => toBase64(sealed, (bytes) => Buffer.alloc(bytes.length)) },
};

function toBase64(sealed: string, change: (bytes: Buffer) => Buffer): string {
  return change(Buffer.from(sealed, 'base64')).toString('base64');
}

function toSealCase({ name, how }: { name: string; how: string }): FuzzCase {
  const message = findV2Message(name);
  const plain = toDocument('root', message.reqInfo ?? {});
  if (how === 'with another key') {
    const request = sealAnew(message, plain, apiV3Key);
    return { valid: message.request, request, expected: { kind: 'refused', statuses: [500] } };
  }
  const { status, toReqInfo } = seals[how] ?? { status: 0, toReqInfo: String };
  const { body } = sealAnew(message, plain);
  const edited = body.toString().replace(/(<req_info><!\[CDATA\[)(.*?)\]/, (_, before, sealed) => {
    return `${before}${toReqInfo(String(sealed))}]`;
  });
  const request = { ...message.request, body: Buffer.from(edited) };
  return { valid: message.request, request, expected: { kind: 'refused', statuses: [status] } };
}

/** No other merchant's, whatever it says and whoever signs it. */
function toOwnerCase({ name, mchId }: { name: string; mchId: string }): FuzzCase {
  const message: V2Message = findV2Message(name);
  const request = signAnew(message, { ...message.fields, mch_id: mchId });
  return { valid: message.request, request, expected: refused };
}

const isProven = true;
const signed = fc.constantFrom(...signedV2);
const encrypted = fc.constantFrom(...encryptedV2);

export const provenV2: readonly Property[] = [
  toProperty({
    name: 'that says something else under its sign',
    isProven,
    share: 38,
    specs: fc.record({ name: signed, edit: fieldEdits }),
    toCase: toSignedCase,
  }),
  toProperty({
    name: 'that says something else in req_info',
    isProven,
    share: 18,
    specs: fc.record({ name: encrypted, edit: fieldEdits }),
    toCase: toSealedCase,
  }),
  toProperty({
    name: 'with no flat document in req_info',
    isProven,
    share: 2,
    specs: fc.record({ name: encrypted, what: fc.constantFrom(...Object.keys(insides)) }),
    toCase: toInsideCase,
  }),
  toProperty({
    name: 'encrypted otherwise',
    isProven,
    share: 2,
    specs: fc.record({ name: encrypted, how: fc.constantFrom('with another key', ...Object.keys(seals)) }),
    toCase: toSealCase,
  }),
  toProperty({
    name: 'that names another merchant',
    isProven,
    share: 2,
    specs: fc.record({
      name: signed,
      mchId: fc.constantFrom(mchIds.twin, mchIds.nobody, ` ${mchIds.own}`, `${mchIds.own}0`, '0', 'x'),
    }),
    toCase: toOwnerCase,
  }),
];
