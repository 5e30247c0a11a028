import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { toFlatFields } from './flat-fields.ts';
import { parseXml } from './parse-xml.ts';
import { writeXml } from './write-xml.ts';

describe('a written document', () => {
  it('has text in CDATA, numbers as digits and nothing between its tags', () => {
    expect(writeXml('xml', { return_code: 'SUCCESS', ErrCode: 0, return_msg: '' })).to.equal(
      '<xml><return_code><![CDATA[SUCCESS]]></return_code><ErrCode>0</ErrCode><return_msg><![CDATA[]]></return_msg></xml>',
    );
  });

  it('splits a section where the text holds its end', () => {
    expect(writeXml('a', { b: 'x]]>y' })).to.equal('<a><b><![CDATA[x]]]]><![CDATA[>y]]></b></a>');
  });

  it('leaves out what XML cannot hold', () => {
    expect(writeXml('a', { b: 'x\0\u001B\uFFFFy\n' })).to.equal('<a><b><![CDATA[xy\n]]></b></a>');
  });

  it('says to a reader what it was written from', () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom(...']]><&![CDATA支😀 \r\n"\'') }),
      fc.string({ unit: 'grapheme' }).filter((value) => !/[\p{Cc}\uFFFE\uFFFF]/u.test(value)),
    );
    fc.assert(
      fc.property(text, fc.nat(), (value, count) => {
        const document = parseXml(Buffer.from(writeXml('xml', { value, count }), 'utf8'));
        expect(document?.name).to.equal('xml');
        const fields = document === undefined ? undefined : toFlatFields(document);
        expect([...(fields ?? [])]).to.deep.equal([
          ['value', value],
          ['count', String(count)],
        ]);
      }),
      { numRuns: 300 },
    );
  });
});
