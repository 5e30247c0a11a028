import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseXml } from './parse-xml.ts';

const unlimited = {
  maxBytes: Number.MAX_SAFE_INTEGER,
  maxDepth: Number.MAX_SAFE_INTEGER,
  maxElements: Number.MAX_SAFE_INTEGER,
};

/** Documents that cost quadratic time where a parser looks at something twice; `n` is about their length. */
const hostile: readonly [what: string, toDocument: (n: number) => string][] = [
  ['many beginnings of tags', (n) => `<a>${'<'.repeat(n)}`],
  ['many tags without an end', (n) => '<a'.repeat(n / 2)],
  ['deep nesting', (n) => `${'<a>'.repeat(n / 7)}${'</a>'.repeat(n / 7)}`],
  ['deep nesting that is never closed', (n) => '<a>'.repeat(n / 3)],
  ['many children', (n) => `<a>${'<b/>'.repeat(n / 4)}</a>`],
  ['one long name', (n) => `<${'a'.repeat(n)}`],
  ['white space in a tag', (n) => `<a${' '.repeat(n)}`],
  ['white space in the declaration', (n) => `<?xml version${' '.repeat(n)}`],
  ['white space before text', (n) => `<a>${' '.repeat(n)}x<b/></a>`],
  ['one long text', (n) => `<a>${'x'.repeat(n)}</a>`],
  ['many entities', (n) => `<a>${'&amp;'.repeat(n / 5)}</a>`],
  ['many ampersands', (n) => `<a>${'&'.repeat(n)}</a>`],
  ['one long entity', (n) => `<a>&${'a'.repeat(n)}</a>`],
  ['brackets in CDATA', (n) => `<a><![CDATA[${']'.repeat(n)}]]></a>`],
  ['pairs of brackets in CDATA', (n) => `<a><![CDATA[${']] '.repeat(n / 3)}]]></a>`],
  ['CDATA without an end', (n) => `<a><![CDATA[${']]'.repeat(n / 2)}`],
  ['many sections', (n) => `<a>${'<![CDATA[]]>'.repeat(n / 12)}</a>`],
  ['many sections without an end', (n) => `<a>${'<![CDATA['.repeat(n / 9)}`],
  ['sections and white space between elements', (n) => `<a>${'<b/> <![CDATA[ ]]>'.repeat(n / 18)}</a>`],
];

/** Where the square of the length counts, a million characters take 15 s at the very least. */
const boundMs = 3_000;

describe('hostile XML', () => {
  for (const [what, toDocument] of hostile) {
    it(`with ${what} takes time by its length, not by the square of it`, () => {
      const document = Buffer.from(toDocument(1_000_000), 'utf8');
      const before = process.hrtime.bigint();
      parseXml(document, unlimited);
      expect(Number(process.hrtime.bigint() - before) / 1e6).to.be.lessThan(boundMs);
    });
  }
});
