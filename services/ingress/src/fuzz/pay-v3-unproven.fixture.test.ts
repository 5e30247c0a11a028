import { probePrefix } from '@huidiao/wechat-simulator';
import fc from 'fast-check';
import { type ByteEdit, byteEdits, editBytes, editText } from './edit-bytes.fixture.test.ts';
import { editRequest, requestEdits } from './edit-request.fixture.test.ts';
import { type Expected, type FuzzCase, type Property, toProperty } from './fuzz-case.fixture.test.ts';
import { foreign, mchIds, nowSeconds } from './installation.fixture.test.ts';
import { findV3Message, signAnew, v3Messages } from './pay-v3-messages.fixture.test.ts';
import { queries } from './queries.fixture.test.ts';
import { expectSaid } from './said.fixture.test.ts';
import type { WireRequest } from './wire.fixture.test.ts';

/** Changes of a notification of API v3 that WeChat Pay did not sign. */

const messages = fc.constantFrom(...v3Messages.keys());
const refused: Expected = { kind: 'refused' };
const signedNames = ['Wechatpay-Timestamp', 'Wechatpay-Nonce', 'Wechatpay-Serial'] as const;
const allNames = [...signedNames, 'Wechatpay-Signature'] as const;

type Headers = WireRequest['headers'];

function mapHeader(request: WireRequest, name: string, change: (value: string) => Headers): WireRequest {
  return {
    ...request,
    headers: request.headers.flatMap(([one, value]) =>
      one === name ? change(value) : [[one, value] as const],
    ),
  };
}

const setHeader = (request: WireRequest, name: string, change: (value: string) => string): WireRequest =>
  mapHeader(request, name, (value) => [[name, change(value)]]);

function toBodyCase({ name, edit }: { name: string; edit: ByteEdit }): FuzzCase {
  const { request: valid } = findV3Message(name);
  return { valid, request: { ...valid, body: editBytes(valid.body, edit) }, expected: refused };
}

/** Of the signature the bytes count: its text may be another for the same bytes. */
function toSignatureCase({
  name,
  edit,
  inText,
}: {
  name: string;
  edit: ByteEdit;
  inText: boolean;
}): FuzzCase {
  const { request: valid } = findV3Message(name);
  const change = (text: string) =>
    inText ? editText(text, edit) : editBytes(Buffer.from(text, 'base64'), edit).toString('base64');
  const request = setHeader(valid, 'Wechatpay-Signature', change);
  return { valid, request, expected: inText ? { kind: 'unchanged', orRefused: true } : refused };
}

function toHeaderCase({ name, header, edit }: { name: string; header: string; edit: ByteEdit }): FuzzCase {
  const { request: valid } = findV3Message(name);
  return { valid, request: setHeader(valid, header, (value) => editText(value, edit)), expected: refused };
}

const lineChanges: Readonly<Record<string, (header: string, value: string) => Headers>> = {
  removed: () => [],
  emptied: (header) => [[header, '']],
  'twice the same': (header, value) => [
    [header, value],
    [header, value],
  ],
  'another before': (header, value) => [
    [header, '1'],
    [header, value],
  ],
  'another behind': (header, value) => [
    [header, value],
    [header, '1'],
  ],
  'joined by a comma': (header, value) => [[header, `${value}, ${value}`]],
  'in brackets': (header, value) => [[`${header}[]`, value]],
};

function toLineCase({ name, header, change }: { name: string; header: string; change: string }): FuzzCase {
  const { request: valid } = findV3Message(name);
  const request = mapHeader(valid, header, (value) => lineChanges[change]?.(header, value) ?? []);
  // A header in brackets is no HTTP.
  const statuses = change === 'in brackets' ? [400] : [401];
  return { valid, request, expected: { kind: 'refused', statuses } };
}

const types: Readonly<Record<string, Expected>> = {
  'WECHATPAY2-SHA256-RSA2048': { kind: 'unchanged' },
  'WECHATPAY2-SM2-WITH-SM3': refused,
  'wechatpay2-sha256-rsa2048': refused,
  none: refused,
  __proto__: refused,
  '': refused,
};

function toTypeCase({ name, type }: { name: string; type: string }): FuzzCase {
  const { request: valid } = findV3Message(name);
  const request = setHeader(valid, 'Wechatpay-Signature-Type', () => type);
  return { valid, request, expected: types[type] ?? refused };
}

const signings: Readonly<Record<string, (name: string) => WireRequest>> = {
  'by another merchant’s key': (name) => anew(name, { signer: foreign }),
  'six minutes ago': (name) => anew(name, { timestamp: nowSeconds - 360 }),
  'in six minutes': (name) => anew(name, { timestamp: nowSeconds + 360 }),
  'at no time': (name) => anew(name, { timestamp: Number.NaN }),
  'a probe': (name) =>
    setHeader(findV3Message(name).request, 'Wechatpay-Signature', (value) => probePrefix + value),
  'of another notification': (name) => ({
    ...findV3Message('SECURITY_ECHO.SUCCESS').request,
    body: Buffer.concat([findV3Message(name).request.body, Buffer.from('\n')]),
  }),
};

function anew(name: string, options: Parameters<typeof signAnew>[2]): WireRequest {
  const message = findV3Message(name);
  return signAnew(message, message.request.body, options);
}

function toSigningCase({ name, how }: { name: string; how: string }): FuzzCase {
  const { request: valid } = findV3Message(name);
  return { valid, request: signings[how]?.(name) ?? valid, expected: refused };
}

/** The twin has the same keys: what names its merchant is nevertheless not the twin's. */
function toPathCase({ name, mchId }: { name: string; mchId: string }): FuzzCase {
  const { request: valid, resource } = findV3Message(name);
  const request = { ...valid, target: valid.target.replace(mchIds.own, mchId) };
  const isNamed = ['combine_mchid', 'sp_mchid'].some((id) => resource[id] === mchIds.own);
  const isPayment =
    /^(TRANSACTION|REFUND)\./.test(name) && resource.mchid === mchIds.own && !('receiver' in resource);
  if (mchId !== mchIds.twin || isNamed || isPayment) return { valid, request, expected: refused };
  const plaintext = JSON.stringify(resource, (_, value) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  return {
    valid,
    request,
    expected: {
      kind: 'taken',
      orRefusedWith: [401],
      check: (visit) => expectSaid(visit, plaintext, { mchId }),
    },
  };
}

const toRequestCase = ({ name, what }: { name: string; what: string }): FuzzCase =>
  editRequest(findV3Message(name).request, what);

function toQueryCase({ name, query }: { name: string; query: string }): FuzzCase {
  const { request: valid } = findV3Message(name);
  const target = valid.target + (queries[query] ?? '');
  return { valid, request: { ...valid, target }, expected: { kind: 'unchanged' } };
}

const isProven = false;

export const unprovenV3: readonly Property[] = [
  toProperty({
    name: 'whose body has another byte',
    isProven,
    share: 14,
    specs: fc.record({ name: messages, edit: byteEdits }),
    toCase: toBodyCase,
  }),
  toProperty({
    name: 'whose signature is another',
    isProven,
    share: 6,
    specs: fc.record({ name: messages, edit: byteEdits, inText: fc.boolean() }),
    toCase: toSignatureCase,
  }),
  toProperty({
    name: 'of which another header is signed',
    isProven,
    share: 6,
    specs: fc.record({ name: messages, header: fc.constantFrom(...signedNames), edit: byteEdits }),
    toCase: toHeaderCase,
  }),
  toProperty({
    name: 'whose header is missing or repeated',
    isProven,
    share: 4,
    specs: fc.record({
      name: messages,
      header: fc.constantFrom(...allNames),
      change: fc.constantFrom(...Object.keys(lineChanges)),
    }),
    toCase: toLineCase,
  }),
  toProperty({
    name: 'with another type of signature',
    isProven,
    share: 1,
    specs: fc.record({ name: messages, type: fc.constantFrom(...Object.keys(types)) }),
    toCase: toTypeCase,
  }),
  toProperty({
    name: 'signed otherwise',
    isProven,
    share: 3,
    specs: fc.record({ name: messages, how: fc.constantFrom(...Object.keys(signings)) }),
    toCase: toSigningCase,
  }),
  toProperty({
    name: 'at another merchant’s address',
    isProven,
    share: 4,
    specs: fc.record({ name: messages, mchId: fc.constantFrom(mchIds.twin, mchIds.stranger, mchIds.nobody) }),
    toCase: toPathCase,
  }),
  toProperty({
    name: 'in another request',
    isProven,
    share: 5,
    specs: fc.record({ name: messages, what: requestEdits }),
    toCase: toRequestCase,
  }),
  toProperty({
    name: 'with a query',
    isProven,
    share: 1,
    specs: fc.record({ name: messages, query: fc.constantFrom(...Object.keys(queries)) }),
    toCase: toQueryCase,
  }),
];
