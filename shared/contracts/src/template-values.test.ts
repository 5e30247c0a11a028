import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { findTemplateValueProblem, fitTemplateValue, isKnownTemplateKind } from './template-values.ts';

/** Of each kind what WeChat takes, and what it would refuse with 47003. */
const values: Readonly<Record<string, { taken: readonly string[]; refused: readonly string[] }>> = {
  thing1: {
    taken: ['手冲咖啡 250g', 'abcdefghijklmnopqrst', '😀'.repeat(10), '!'],
    refused: ['abcdefghijklmnopqrstu', '😀'.repeat(11)],
  },
  number1: { taken: ['1', '12.5', '1'.repeat(32)], refused: ['1,000', '-1', '1.', '一', '1'.repeat(33)] },
  letter1: { taken: ['abcXYZ', 'x'.repeat(32)], refused: ['a1', 'a b', '字', 'x'.repeat(33)] },
  symbol1: { taken: ['!?', '￥', '★★★★★'], refused: ['a', '1', '!!!!!!'] },
  character_string1: {
    taken: ['order-0001|a', '2026 / 11', 'x'.repeat(32)],
    refused: ['订单1', 'x'.repeat(33)],
  },
  time1: {
    taken: ['15:01', '15:01:59', '2019年10月1日 15:01', '2019-10-01 15:01:00', '10月1日 8:00', '08:00~18:00'],
    refused: ['25:01', '15:60', '15点', '2019年10月1日', '15:01 to 16:01'],
  },
  date1: {
    taken: [
      '2019年10月1日',
      '2019-10-01',
      '2019/10/01',
      '2019.10.01',
      '2019年10月',
      '10-01',
      '2019-10-01 15:01',
    ],
    refused: ['15:01', '2019-13-01', '2019-10-32', 'tomorrow'],
  },
  date2: { taken: ['2019年10月1日~2019年10月3日', '2019-10-01 ~ 2019-10-03'], refused: ['2019年10月1日~'] },
  amount1: {
    taken: ['¥123.45', '￥1', '$0.01', '123.45元', '9'.repeat(10)],
    refused: ['¥¥1', '1,000', '¥', '123元整', '9'.repeat(11), '-1'],
  },
  phone_number1: {
    taken: ['+86-0766-66888866', '189****1234'],
    refused: ['189 1234 5678 9012', 'phone', '一二三'],
  },
  car_number1: {
    taken: ['粤A8Z888挂', '京A12345', 'AB1234'],
    refused: ['粤A8Z8888挂', '粤粤A8Z88', 'A-1234'],
  },
  name1: {
    taken: ['张三', '一二三四五六七八九十', 'Ada Lovelace', 'x'.repeat(20), 'Ada·张'],
    refused: ['一二三四五六七八九十超', 'x'.repeat(21), 'abcdefghij王', 'Ada 2'],
  },
  phrase1: { taken: ['已支付', '等待发货'], refused: ['等待商家发货', 'ok', '已支付!'] },
  enum1: { taken: ['any of the list'], refused: [] },
  const1: { taken: ['any of the list'], refused: [] },
  /** A kind that the documents do not name. */
  short_thing1: { taken: ['anything'], refused: ['x'.repeat(201)] },
};

describe('a value of a message template', () => {
  for (const [keyword, { taken, refused }] of Object.entries(values)) {
    for (const value of taken) {
      it(`of ${keyword} may be ${JSON.stringify(value)}`, () => {
        expect(findTemplateValueProblem(keyword, value)).to.equal(undefined);
      });
    }
    for (const value of refused) {
      it(`of ${keyword} must not be ${JSON.stringify(value)}`, () => {
        expect(findTemplateValueProblem(keyword, value)).to.match(/^must be /);
      });
    }
    it(`of ${keyword} must not be empty, nor hold what cannot be shown`, () => {
      for (const value of ['', ' ', '\t']) {
        expect(findTemplateValueProblem(keyword, value)).to.equal('must not be empty');
      }
      for (const value of ['a\nb', 'a\u0000', 'a\u2028b', 'a\ud83d']) {
        expect(findTemplateValueProblem(keyword, value)).to.match(/line breaks/);
      }
    });
  }

  it('is of a kind that the documents name, or of another', () => {
    const known = Object.keys(values).map(isKnownTemplateKind);
    expect(known).to.deep.equal([...Array(known.length - 1).fill(true), false]);
    expect(isKnownTemplateKind('constructor1')).to.equal(false);
  });

  it('that is free text fits once it was made to fit, whatever it was made from', () => {
    const free = fc.constantFrom('thing1', 'short_thing1');
    fc.assert(
      fc.property(free, fc.string({ unit: 'grapheme', maxLength: 60 }), (keyword, text) => {
        expect(findTemplateValueProblem(keyword, fitTemplateValue(keyword, text))).to.equal(undefined);
      }),
    );
  });

  it('is judged in an instant, however it is made', () => {
    const long = ['1'.repeat(200), `${'9'.repeat(199)}x`, '-'.repeat(200), '字'.repeat(200)];
    const before = performance.now();
    for (const keyword of Object.keys(values))
      for (const value of long) findTemplateValueProblem(keyword, value);
    expect(performance.now() - before).to.be.below(2_000);
  });
});
