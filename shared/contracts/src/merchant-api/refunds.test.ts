import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createRefundRequest, settleAbnormalRefundRequest } from './refunds.ts';

const goods = { merchant_goods_id: 'tea', unit_price: 100, refund_amount: 60, refund_quantity: 1 };

describe('a request for a refund', () => {
  for (const [refund, fields] of [
    [120, []],
    [119, ['goods_detail']],
  ] as const) {
    it(`of ${refund} fen is ${fields.length === 0 ? 'good' : 'refused'} with goods for 120 fen`, () => {
      const read = createRefundRequest.safeParse({ amount: { refund }, goods_detail: [goods, goods] });
      expect(read.error?.issues.map(({ path }) => path.join('.')) ?? []).to.deep.equal(fields);
    });
  }
});

describe('the name on a card that a refund goes to', () => {
  const rows: [what: string, name: string, isGood: boolean][] = [
    ['64 letters', 'x'.repeat(64), true],
    ['65 letters', 'x'.repeat(65), false],
    ['64 characters of 3 bytes', '汉'.repeat(64), true],
    ['53 characters of 4 bytes', '𠮷'.repeat(53), true],
    ['54 characters of 4 bytes, which RSA does not encrypt', '𠮷'.repeat(54), false],
  ];
  for (const [what, real_name, isGood] of rows) {
    it(`may ${isGood ? '' : 'not '}have ${what}`, () => {
      const card = { type: 'USER_BANK_CARD', bank_type: 'ICBC_DEBIT', bank_account: '6222020000000000000' };
      const { error } = settleAbnormalRefundRequest.safeParse({ ...card, real_name });
      expect(error?.issues.map(({ path }) => path.join('.'))).to.deep.equal(
        isGood ? undefined : ['real_name'],
      );
    });
  }
});
