import { expect } from 'chai';
import { describe, it } from 'mocha';
import { hasManyValues } from './has-many-values.ts';

describe('a body in JSON', () => {
  const rows: [what: string, text: string, has: boolean][] = [
    ['three values in a list', '[1,2,3]', false],
    ['four values in a list', '[1,2,3,4]', true],
    ['lists in lists', '[[[[]]]]', true],
    ['objects', '{"a":{"b":{"c":{}}}}', true],
    ['a text with commas and brackets', '["a,b,c,d,[[[{{{"]', false],
    ['a text with quotes', String.raw`["a\",b,c,d\\",2,3]`, false],
    ['what follows a text with quotes', String.raw`["a\\",2,3,4]`, true],
    ['no end', '["', false],
  ];
  for (const [what, text, has] of rows) {
    it(`${has ? 'has' : 'has not'} more than three marks of values with ${what}`, () => {
      expect(hasManyValues(Buffer.from(text), 3)).to.equal(has);
    });
  }
});
