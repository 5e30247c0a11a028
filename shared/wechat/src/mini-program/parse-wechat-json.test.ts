import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { msUntilBeijingMidnight, msUntilNextMinute, toBeijingDay } from './beijing-day.ts';
import { parseWechatJson } from './parse-wechat-json.ts';

describe("reading WeChat's JSON", () => {
  const rows: [string, unknown][] = [
    ['{"errcode":0,"errmsg":"ok","msgid":1234567890123456789}', '1234567890123456789'],
    ['{"msgid": 9223372036854775807 }', '9223372036854775807'],
    ['{"msgid":-9223372036854775808}', '-9223372036854775808'],
    ['{"msgid":"1234567890123456789"}', '1234567890123456789'],
    ['{"msgid":12345}', 12345],
    ['{"errmsg":"\\"msgid\\":1234567890123456789","msgid":1}', 1],
    ['{"errmsg":"a 1234567890123456789 b\\\\","msgid":2}', 2],
    ['{"msgid":1234567890123456.5}', 1234567890123456.5],
    ['{"msgid":0.12500000000000000000}', 0.125],
    ['{"msgid":-1.50000000000000000000}', -1.5],
    ['{"msgid":1e-10,"a":1.5e+0000000000000000001}', 1e-10],
    ['{"msgid":[1234567890123456789]}', ['1234567890123456789']],
  ];
  for (const [text, msgid] of rows) {
    it(`keeps every digit of ${text}`, () => {
      expect(parseWechatJson(text)).to.have.property('msgid').that.deep.equals(msgid);
    });
  }

  it('leaves texts with digits as they are', () => {
    const text = '{"errmsg":"rid: 1234567890123456789 \\" 1234567890123456789"}';
    expect(parseWechatJson(text)).to.deep.equal(JSON.parse(text));
  });

  it('gives undefined for what is no JSON', () => {
    for (const text of ['', 'ok', '<html>', '{', '{"a":01234567890123456789}x', '"', '"\\']) {
      expect(parseWechatJson(text), text).to.equal(undefined);
    }
  });

  it('reads all JSON without long numbers as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const read = parseWechatJson(text);
        expect(read).to.not.equal(undefined);
        if (!/[0-9]{16}/.test(text)) expect(read).to.deep.equal(JSON.parse(text));
      }),
      { numRuns: 1_000 },
    );
  });

  it('throws on no text and reads a long one in linear time', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseWechatJson(text)));
    for (const text of [`"${'\\'.repeat(999_999)}`, `"${'a'.repeat(999_999)}`, '"\\'.repeat(500_000)]) {
      parseWechatJson(text);
    }
  });
});

describe('the day in Beijing', () => {
  const rows: [string, string, number, number][] = [
    ['2026-11-22T15:59:59.000Z', '2026-11-22', 1_000, 1_000],
    ['2026-11-22T16:00:00.000Z', '2026-11-23', 86_400_000, 60_000],
    ['2026-11-22T16:00:00.001Z', '2026-11-23', 86_399_999, 59_999],
    ['2026-12-31T20:30:15.500Z', '2027-01-01', 70_184_500, 44_500],
  ];
  for (const [utc, day, untilMidnight, untilMinute] of rows) {
    it(`of ${utc} is ${day}`, () => {
      const now = new Date(utc);
      expect([toBeijingDay(now), msUntilBeijingMidnight(now), msUntilNextMinute(now)]).to.deep.equal([
        day,
        untilMidnight,
        untilMinute,
      ]);
    });
  }
});
