import { expect } from 'chai';
import fc from 'fast-check';
import { type ByteEdit, byteEdits, editText } from './edit-bytes.fixture.test.ts';
import { type Expected, type FuzzCase, type Property, toProperty } from './fuzz-case.fixture.test.ts';
import { appIds } from './installation.fixture.test.ts';
import { type QueryPair, toQuery, withQuery } from './push-messages.fixture.test.ts';
import type { WireRequest } from './wire.fixture.test.ts';

/** Changes of the address check of the message push, a GET. */

const query: readonly QueryPair[] = [...toQuery(undefined), ['echostr', '4375120948345356249']];
const valid: WireRequest = withQuery(
  {
    method: 'GET',
    target: `/callbacks/mini-program/${appIds.own}`,
    headers: [['User-Agent', 'Mozilla/4.0']],
    body: Buffer.alloc(0),
  },
  query,
);
const refused: Expected = { kind: 'refused' };

/** echostr alone is signed by nobody: it comes back as it is. */
function echoed(echostr: string): Expected {
  if (echostr === '') return refused;
  return {
    kind: 'taken',
    check: ({ answer }) => {
      expect(answer.kind === 'answered' && answer.body).to.equal(echostr);
    },
  };
}

function toValueCase({ at, edit }: { at: number; edit: ByteEdit }): FuzzCase {
  const place = at % query.length;
  const [name = '', value = ''] = query[place] ?? [];
  const edited = editText(value, edit);
  const request = withQuery(valid, query.with(place, [name, edited]));
  return { valid, request, expected: name === 'echostr' ? echoed(edited) : refused };
}

const toEchoCase = ({ echostr }: { echostr: string }): FuzzCase => ({
  valid,
  request: withQuery(valid, query.with(-1, ['echostr', echostr])),
  expected: echoed(echostr),
});

const changes: Readonly<Record<string, (pair: QueryPair) => readonly QueryPair[]>> = {
  removed: () => [],
  emptied: ([name]) => [[name, '']],
  'in brackets': ([name, value]) => [[`${name}[]`, value]],
  twice: (pair) => [pair, pair],
};

function toPairCase({ at, how }: { at: number; how: string }): FuzzCase {
  const place = at % query.length;
  const pair = query[place] ?? ['', ''];
  const request = withQuery(valid, query.toSpliced(place, 1, ...(changes[how]?.(pair) ?? [])));
  return { valid, request, expected: refused };
}

function toPathCase({ appId }: { appId: string }): FuzzCase {
  const request = { ...valid, target: valid.target.replace(appIds.own, appId) };
  const isConfigured = appId !== appIds.mute && appId !== appIds.nobody;
  return { valid, request, expected: isConfigured ? { kind: 'unchanged' } : refused };
}

const isProven = false;
const at = fc.nat(20);

export const addressChecks: readonly Property[] = [
  toProperty({
    name: 'that checks the address with another value',
    isProven,
    share: 2,
    specs: fc.record({ at, edit: byteEdits }),
    toCase: toValueCase,
  }),
  toProperty({
    name: 'that checks the address with another echostr',
    isProven,
    share: 1,
    specs: fc.record({ echostr: fc.string({ unit: 'grapheme', maxLength: 60 }) }),
    toCase: toEchoCase,
  }),
  toProperty({
    name: 'that checks the address with a parameter missing or repeated',
    isProven,
    share: 1,
    specs: fc.record({ at, how: fc.constantFrom(...Object.keys(changes)) }),
    toCase: toPairCase,
  }),
  toProperty({
    name: 'that checks the address of another app',
    isProven,
    share: 1,
    specs: fc.record({ appId: fc.constantFrom(...Object.values(appIds)) }),
    toCase: toPathCase,
  }),
];
