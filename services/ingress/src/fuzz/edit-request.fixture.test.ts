import fc from 'fast-check';
import type { Expected, FuzzCase } from './fuzz-case.fixture.test.ts';
import { maxBodyBytes } from './site.fixture.test.ts';
import type { WireRequest } from './wire.fixture.test.ts';

/** One change of what stands around a message, of a kind that every route must take alike. */
export interface RequestEdit {
  readonly what: string;
  apply(request: WireRequest): WireRequest;
  readonly expected: Expected;
}

const refused = (...statuses: number[]): Expected => ({ kind: 'refused', statuses });
const unchanged: Expected = { kind: 'unchanged' };
const add =
  (name: string, value: string) =>
  (request: WireRequest): WireRequest => ({ ...request, headers: [...request.headers, [name, value]] });
const toPath =
  (change: (path: string) => string) =>
  (request: WireRequest): WireRequest => {
    const [path = '', ...query] = request.target.split('?');
    return { ...request, target: [change(path), ...query].join('?') };
  };

const edits: readonly RequestEdit[] = [
  { what: 'PUT', apply: (one) => ({ ...one, method: 'PUT' }), expected: refused(405) },
  { what: 'DELETE', apply: (one) => ({ ...one, method: 'DELETE' }), expected: refused(405) },
  { what: 'a method that is none', apply: (one) => ({ ...one, method: 'PAY' }), expected: refused(400) },
  { what: 'in chunks', apply: (one) => ({ ...one, framing: 'chunked' }), expected: unchanged },
  { what: 'cut off', apply: (one) => ({ ...one, framing: 'cut' }), expected: refused(400) },
  { what: 'a slash behind', apply: toPath((path) => `${path}/`), expected: unchanged },
  { what: 'mounted below', apply: toPath((path) => `/pay${path}`), expected: unchanged },
  { what: 'something behind', apply: toPath((path) => `${path}/x`), expected: refused(404) },
  { what: 'no id', apply: toPath((path) => path.replace(/[^/]+$/, '')), expected: refused(404) },
  { what: 'a long id', apply: toPath((path) => path + '0'.repeat(64)), expected: refused(405) },
  {
    what: 'another case',
    apply: toPath((path) => path.replace('callbacks', 'CALLBACKS')),
    expected: refused(405),
  },
  {
    what: 'an escaped id',
    apply: toPath((path) => path.replace(/\/([^/])([^/]*)$/, escapeFirst)),
    expected: refused(401),
  },
  { what: 'no escape', apply: toPath((path) => `${path}%zz`), expected: refused(401) },
  { what: 'a traversal', apply: toPath((path) => `${path}/../${path}`), expected: unchanged },
  { what: 'another header', apply: add('X-Forwarded-For', '203.0.113.7'), expected: unchanged },
  { what: 'an encoding', apply: add('Content-Encoding', 'gzip'), expected: unchanged },
  {
    what: 'another type',
    apply: add('Content-Type', 'application/x-www-form-urlencoded'),
    expected: unchanged,
  },
  { what: 'a type of odd bytes', apply: add('Content-Type', 'text/\u00e9\u00ff'), expected: unchanged },
  { what: '__proto__', apply: add('__proto__', 'x'), expected: unchanged },
  { what: 'a long request id', apply: add('Request-ID', 'x'.repeat(5_000)), expected: unchanged },
  { what: 'a long header', apply: add('X-Long', 'x'.repeat(20_000)), expected: refused(431) },
  { what: 'a header that is none', apply: add('X Y', 'z'), expected: refused(400) },
  {
    what: 'a long type',
    apply: (one) => ({
      ...one,
      headers: one.headers.map(([name, value]) =>
        name === 'Content-Type' ? [name, `${value};${'x'.repeat(5_000)}`] : [name, value],
      ),
    }),
    expected: unchanged,
  },
  {
    what: 'headers backwards',
    apply: (one) => ({ ...one, headers: one.headers.toReversed() }),
    expected: unchanged,
  },
  {
    what: 'names of headers in small letters',
    apply: (one) => ({ ...one, headers: one.headers.map(([name, value]) => [name.toLowerCase(), value]) }),
    expected: unchanged,
  },
  {
    what: 'spaces around values of headers',
    apply: (one) => ({ ...one, headers: one.headers.map(([name, value]) => [name, ` \t${value} \t`]) }),
    expected: unchanged,
  },
  { what: 'no body', apply: (one) => ({ ...one, body: Buffer.alloc(0) }), expected: refused(401) },
  {
    what: 'too large',
    apply: (one) => ({ ...one, body: Buffer.alloc(maxBodyBytes + 1, one.body) }),
    expected: refused(413),
  },
  {
    what: 'too large, in chunks',
    apply: (one) => ({ ...one, body: Buffer.alloc(maxBodyBytes + 1, one.body), framing: 'chunked' }),
    expected: refused(413),
  },
  { what: 'once more', apply: (one) => one, expected: unchanged },
];

const byName = new Map(edits.map((edit) => [edit.what, edit]));

/** Names of the changes; what each expects stands beside it. */
export const requestEdits: fc.Arbitrary<string> = fc.constantFrom(...byName.keys());

export function editRequest(valid: WireRequest, what: string): FuzzCase {
  const edit = byName.get(what);
  if (edit === undefined) throw new Error(`no change is called ${what}`);
  return { valid, request: edit.apply(valid), expected: edit.expected };
}

function escapeFirst(_found: string, first: string, others: string): string {
  return `/%${first.charCodeAt(0).toString(16)}${others}`;
}
