import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toV2Failure, v2Acknowledgement } from './v2-answer.ts';
import { readV2Coupons } from './v2-coupons.ts';
import { fenText, toRfc3339 } from './v2-values.ts';

describe('values of API v2', () => {
  for (const [text, expected] of [
    ['20140903131540', '2014-09-03T13:15:40+08:00'],
    ['2018-11-19 16:24:13', '2018-11-19T16:24:13+08:00'],
    ['20240229000000', '2024-02-29T00:00:00+08:00'],
    ['20230229000000', undefined],
    ['20261301000000', undefined],
    ['20261122240000', undefined],
    ['20261122236000', undefined],
    ['2018-11-19T16:24:13Z', undefined],
    ['2018111916241', undefined],
    ['', undefined],
    [undefined, undefined],
  ] as const) {
    it(`have ${JSON.stringify(text) ?? 'no time'} as ${expected ?? 'no time'}`, () => {
      expect(toRfc3339(text)).to.equal(expected);
    });
  }

  for (const [text, expected] of [
    ['0', 0],
    ['9007199254740991', 9_007_199_254_740_991],
    ['9007199254740992', undefined],
    ['9'.repeat(17), undefined],
    ['01', undefined],
    ['1.0', undefined],
    ['-1', undefined],
  ] as const) {
    it(`have ${text} as ${expected ?? 'no'} fen`, () => {
      expect(fenText.safeParse(text).data).to.equal(expected);
    });
  }

  it('have coupons by their numbers, whatever of them is missing or malformed', () => {
    const fields = new Map([
      ['coupon_count', '3'],
      ['coupon_fee', '110'],
      ['coupon_fee_10', '10'],
      ['coupon_id_0', '10000'],
      ['coupon_type_0', 'CASH'],
      ['coupon_fee_0', '100'],
      ['coupon_type_1', 'NO_CASH'],
      ['coupon_fee_1', '1.0'],
      ['coupon_fee_01', '7'],
      ['coupon_fee_x', '7'],
    ]);
    expect(readV2Coupons(fields)).to.deep.equal([
      { couponId: '10000', couponType: 'CASH', amountFen: 100 },
      { couponId: undefined, couponType: 'NO_CASH', amountFen: undefined },
      { couponId: undefined, couponType: undefined, amountFen: 10 },
    ]);
    expect(readV2Coupons(new Map())).to.deep.equal([]);
  });

  it('are acknowledged to the character', () => {
    expect(v2Acknowledgement).to.equal(
      '<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>',
    );
  });

  it('are refused in the same form', () => {
    expect(toV2Failure('not stored')).to.equal(
      '<xml><return_code><![CDATA[FAIL]]></return_code><return_msg><![CDATA[not stored]]></return_msg></xml>',
    );
    expect(toV2Failure(']]><a/>')).to.equal(
      '<xml><return_code><![CDATA[FAIL]]></return_code><return_msg><![CDATA[]]]]><![CDATA[><a/>]]></return_msg></xml>',
    );
  });
});
