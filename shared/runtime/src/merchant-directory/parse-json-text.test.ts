import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { parseJsonText } from './parse-json-text.ts';

describe('parseJsonText', () => {
  const faults: readonly [string, string][] = [
    ['', 'line 1, column 1: the file ends too early'],
    ['{', 'line 1, column 2: the file ends too early'],
    ['{"a": 1', 'line 1, column 8: the file ends too early'],
    ["{'a': 1}", 'line 1, column 2: expected a key in double quotes'],
    ['{a: 1}', 'line 1, column 2: expected a key in double quotes'],
    ['{"a" 1}', 'line 1, column 6: expected a colon'],
    ['{"a": 1 "b": 2}', 'line 1, column 9: expected a comma or }'],
    ['{"a": 1,}', 'line 1, column 9: a comma stands before }'],
    ['[1, 2,\n]', 'line 2, column 1: a comma stands before ]'],
    ['{\n  "a": yes\n}', 'line 2, column 8: expected a value'],
    ['{\n  // note\n}', 'line 2, column 3: expected a key in double quotes'],
    ['{"a": "b\nc"}', 'line 1, column 7: this text does not end, or holds a line break or a bad escape'],
    ['{"a": "C:\\key"}', 'line 1, column 7: this text does not end, or holds a line break or a bad escape'],
    ['{"a": 1}\n{}', 'line 2, column 1: expected the end of the file'],
    ['{"a": 1,\n "a": 2}', 'line 2, column 2: this key stands twice in one object'],
    ['{"a": 1, "\\u0061": 2}', 'line 1, column 10: this key stands twice in one object'],
  ];
  for (const [text, problem] of faults) {
    it(`finds in ${JSON.stringify(text)}: ${problem}`, () => {
      expect(parseJsonText(text)).to.deep.equal({ problem });
    });
  }

  it('takes a file that begins with a byte order mark', () => {
    expect(parseJsonText('\uFEFF{"a": 1}')).to.deep.equal({ value: { a: 1 } });
  });

  it('gives what JSON.parse gives for any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(4), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        expect(parseJsonText(text)).to.deep.equal({ value: JSON.parse(text) });
      }),
    );
  });

  it('refuses what JSON.parse refuses and nothing else but doubled keys, in JSON with one character changed', () => {
    const edit = fc.record({
      at: fc.nat(),
      put: fc.constantFrom('', '"', '{', ']', ',', ':', '0', '\\', '\n', 'e'),
    });
    fc.assert(
      fc.property(fc.jsonValue(), edit, (value, { at, put }) => {
        const whole = JSON.stringify(value);
        const cut = at % whole.length;
        const text = whole.slice(0, cut) + put + whole.slice(cut + 1);
        const parsed = parseJsonText(text);
        // A key that stands twice is told before a fault further on is looked for.
        if ('problem' in parsed && parsed.problem.includes('twice')) return;
        expect('value' in parsed).to.equal(isJson(text));
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes nesting deep enough for any file without exhausting the stack', () => {
    expect(parseJsonText('['.repeat(1_000) + ']'.repeat(1_000))).to.have.property('value');
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
