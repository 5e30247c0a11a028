import fc from 'fast-check';
import { editRequest, requestEdits } from './edit-request.fixture.test.ts';
import { type FuzzCase, type Property, toProperty } from './fuzz-case.fixture.test.ts';
import { apiV2Key, apiV3Key, mchIds } from './installation.fixture.test.ts';
import { anyV2Message, isEncrypted, refused, unchanged } from './pay-v2-expectations.fixture.test.ts';
import {
  findV2Message,
  toDocument,
  toElement,
  toSent,
  type V2Fields,
  type V2Message,
  v2Messages,
  withBody,
} from './pay-v2-messages.fixture.test.ts';
import { queries } from './queries.fixture.test.ts';

/** A callback of API v2 in another document, under another sign, or at another address. */

const structures: Readonly<Record<string, (document: string) => string>> = {
  'a DOCTYPE': (document) => `<!DOCTYPE xml>${document}`,
  'an entity': (document) =>
    `<!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/passwd">]>${document.replace('</xml>', '<more>&x;</more></xml>')}`,
  'an entity alone': (document) => document.replace('</xml>', '<more>&x;</more></xml>'),
  'a character reference': (document) => document.replace('</xml>', '<more>&#65;</more></xml>'),
  'a comment': (document) => document.replace('<xml>', '<xml><!-- paid -->'),
  'an instruction': (document) => document.replace('<xml>', '<xml><?php x?>'),
  'a style sheet': (document) => `<?xml-stylesheet href="x"?>${document}`,
  'an attribute': (document) => document.replace('<xml>', '<xml version="1">'),
  'a namespace': (document) => document.replace('<xml>', '<xml xmlns="x">'),
  'another root': (document) => document.replaceAll('xml>', 'root>'),
  'a root around it': (document) => `<xml>${document}</xml>`,
  'fields in a field': (document) =>
    document.replace('</xml>', '<more><total_fee>1</total_fee></more></xml>'),
  'a field repeated': (document) => document.replace('</xml>', '<mch_id>1900000002</mch_id></xml>'),
  'a field repeated alike': (document) => document.replace(/(<mch_id>.*?<\/mch_id>)/, '$1$1'),
  'two documents': (document) => document + document,
  'text between fields': (document) => document.replace('</xml>', 'x</xml>'),
  'text behind': (document) => `${document}x`,
  'text before': (document) => `x${document}`,
  'a forbidden character': (document) => document.replace('</xml>', '<more>\u0001</more></xml>'),
  'another encoding': (document) => `<?xml version="1.0" encoding="gbk"?>${document}`,
  'no end': (document) => document.slice(0, -1),
};

function toStructureCase({ name, what }: { name: string; what: string }): FuzzCase {
  const message = findV2Message(name);
  const document = structures[what]?.(message.request.body.toString()) ?? '';
  return { valid: message.request, request: withBody(message, document), expected: refused };
}

const layouts: Readonly<Record<string, (fields: V2Fields) => string>> = {
  backwards: (fields) => toDocument('xml', Object.fromEntries(Object.entries(fields).reverse())),
  'with a byte order mark': (fields) => `\uFEFF${toDocument('xml', fields)}`,
  'with a declaration': (fields) => `<?xml version="1.0" encoding="UTF-8"?>\n${toDocument('xml', fields)}\n`,
  'with lines': (fields) => toDocument('xml', fields).replaceAll(/(<\/\w+>)</g, '$1\r\n\t<'),
  'with escapes': (fields) => {
    const elements = Object.entries(fields).map(([name, value]) => toElement(name, toEscaped(value)));
    return toElement('xml', elements.join(''));
  },
  'with spaces in tags': (fields) => toDocument('xml', fields).replaceAll(/<\/(\w+)>/g, '</$1 >'),
  'in pieces of CDATA': (fields) =>
    toDocument('xml', fields).replaceAll(/(<!\[CDATA\[[^\]])/g, '$1]]><![CDATA['),
};

function toEscaped(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll("'", '&apos;');
}

function toLayoutCase({ name, what }: { name: string; what: string }): FuzzCase {
  const message = findV2Message(name);
  const body = layouts[what]?.(toSent(message)) ?? '';
  return { valid: message.request, request: withBody(message, body), expected: unchanged };
}

const signings: Readonly<Record<string, (message: V2Message) => V2Fields>> = {
  'with another key': (message) => toSent(message, apiV3Key),
  'with half a key': (message) => toSent(message, apiV2Key.slice(16)),
  'with no key': (message) => toSent(message, ''),
  'with nothing': (message) => ({ ...toSent(message), sign: '' }),
  'with zeros': (message) => ({ ...toSent(message), sign: '0'.repeat(message.signType === 'MD5' ? 32 : 64) }),
  'with the key': (message) => ({ ...toSent(message), sign: apiV2Key.toUpperCase() }),
  'for another': (message) => ({
    ...toSent(message),
    sign: toSent(findV2Message('v2.payment:failed MD5')).sign ?? '',
  }),
};

function toSigningCase({ name, how }: { name: string; how: string }): FuzzCase {
  const message = findV2Message(name);
  const request = withBody(message, toDocument('xml', signings[how]?.(message) ?? {}));
  const isItself = how === 'for another' && name === 'v2.payment:failed MD5';
  // A refund that another key encrypted is not told from one that we lack the key of; a sign beside it counts.
  const statuses = isEncrypted(name) ? [401, 500] : [401];
  const isIgnored = isEncrypted(name) && how === 'with nothing';
  return {
    valid: message.request,
    request,
    expected: isItself || isIgnored ? unchanged : { kind: 'refused', statuses },
  };
}

function toSmallLettersCase({ name }: { name: string }): FuzzCase {
  const message = findV2Message(name);
  const { sign = '', ...others } = toSent(message);
  const request = withBody(message, toDocument('xml', { ...others, sign: sign.toLowerCase() }));
  return { valid: message.request, request, expected: unchanged };
}

/** The twin has the same key. */
function toPathCase({ name, mchId }: { name: string; mchId: string }): FuzzCase {
  const { request: valid } = findV2Message(name);
  return { valid, request: { ...valid, target: valid.target.replace(mchIds.own, mchId) }, expected: refused };
}

const toRequestCase = ({ name, what }: { name: string; what: string }): FuzzCase =>
  editRequest(findV2Message(name).request, what);

function toQueryCase({ name, query }: { name: string; query: string }): FuzzCase {
  const { request: valid } = findV2Message(name);
  return { valid, request: { ...valid, target: valid.target + (queries[query] ?? '') }, expected: unchanged };
}

const isProven = false;
const others = [mchIds.twin, mchIds.stranger, mchIds.nobody];
const keysOf = (record: Readonly<Record<string, unknown>>) => fc.constantFrom(...Object.keys(record));
const signed = fc.constantFrom(...[...v2Messages.keys()].filter((name) => !isEncrypted(name)));

export const documentsOfV2: readonly Property[] = [
  toProperty({
    name: 'with what no flat document has',
    isProven,
    share: 4,
    specs: fc.record({ name: anyV2Message, what: keysOf(structures) }),
    toCase: toStructureCase,
  }),
  toProperty({
    name: 'written otherwise',
    isProven,
    share: 3,
    specs: fc.record({ name: anyV2Message, what: keysOf(layouts) }),
    toCase: toLayoutCase,
  }),
  toProperty({
    name: 'signed otherwise',
    isProven,
    share: 3,
    specs: fc.record({ name: anyV2Message, how: keysOf(signings) }),
    toCase: toSigningCase,
  }),
  toProperty({
    name: 'with its sign in small letters',
    isProven,
    share: 1,
    specs: fc.record({ name: signed }),
    toCase: toSmallLettersCase,
  }),
  toProperty({
    name: 'at another merchant’s address',
    isProven,
    share: 2,
    specs: fc.record({ name: anyV2Message, mchId: fc.constantFrom(...others) }),
    toCase: toPathCase,
  }),
  toProperty({
    name: 'in another request',
    isProven,
    share: 3,
    specs: fc.record({ name: anyV2Message, what: requestEdits }),
    toCase: toRequestCase,
  }),
  toProperty({
    name: 'with a query',
    isProven,
    share: 1,
    specs: fc.record({ name: anyV2Message, query: keysOf(queries) }),
    toCase: toQueryCase,
  }),
];
