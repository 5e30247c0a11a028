import { AppError } from '@huidiao/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toQueriedParts, toQueriedTransaction } from './queried-transaction.ts';

const paid = {
  sp_mchid: '1900000001',
  sp_appid: 'wx1234567890abcdef',
  sub_mchid: '1900000109',
  out_trade_no: 'order-0001',
  transaction_id: '4200000000202611220000000001',
  trade_state: 'SUCCESS',
  trade_type: 'JSAPI',
  payer: { sp_openid: 'o-buyer' },
  amount: { total: 100, currency: 'CNY' },
};
const asked = { mchId: '1900000001', outTradeNo: 'order-0001', subMchId: '1900000109' };
const whole = {
  combine_mchid: '1900000001',
  combine_appid: 'wx1234567890abcdef',
  combine_out_trade_no: 'whole-0001',
  combine_payer_info: { openid: 'o-buyer' },
  sub_orders: [
    {
      mchid: '1900000109',
      out_trade_no: 'part-0001',
      trade_state: 'SUCCESS',
      transaction_id: '4200000000202611220000000001',
      amount: { total_amount: 100, currency: 'CNY', payer_amount: 90 },
    },
    { mchid: '1900000001', out_trade_no: 'part-0002', trade_state: 'NOTPAY', amount: { total_amount: 1 } },
  ],
};
const codeOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return error instanceof AppError ? `${error.code} ${String(error.details.reason)}` : String(error);
  }
  return 'none';
};

describe('the answer to a query', () => {
  it('of a service provider’s order is read as its payment is told', () => {
    const found = toQueriedTransaction(paid, asked);
    expect(found).to.deep.include({ state: 'paid', refunded: false });
    expect(found.state === 'paid' && found.payment).to.deep.include({
      mchId: '1900000001',
      subMchId: '1900000109',
      openId: 'o-buyer',
      amountFen: 100,
    });
  });

  for (const [what, change] of [
    ['another merchant below it', { sub_mchid: '1900000110' }],
    ['another service provider', { sp_mchid: '1900000002' }],
    ['another order', { out_trade_no: 'order-0002' }],
  ] as const) {
    it(`about ${what} is not believed`, () => {
      const code = codeOf(() => toQueriedTransaction({ ...paid, ...change }, asked));
      expect(code).to.equal('WECHAT_RESPONSE_NOT_AUTHENTIC answer_to_another_question');
    });
  }

  it('of a combined order tells of each part, and whose it is', () => {
    const parts = toQueriedParts(whole, { mchId: '1900000001', combineOutTradeNo: 'whole-0001' });
    const first = parts.get('part-0001');
    expect(first?.state === 'paid' && first.payment).to.deep.include({
      mchId: '1900000001',
      subMchId: '1900000109',
      combineOutTradeNo: 'whole-0001',
      amountFen: 100,
      payerTotalFen: 90,
    });
    expect(parts.get('part-0002')).to.deep.equal({ state: 'waiting', tradeState: 'NOTPAY' });
  });

  it('about another combined order is not believed, and one that is none is not understood', () => {
    const wanted = { mchId: '1900000001', combineOutTradeNo: 'whole-0002' };
    expect(codeOf(() => toQueriedParts(whole, wanted))).to.equal(
      'WECHAT_RESPONSE_NOT_AUTHENTIC answer_to_another_question',
    );
    expect(codeOf(() => toQueriedParts({ ...whole, sub_orders: 'none' }, wanted))).to.equal(
      'WECHAT_SYSTEM_ERROR answer_not_understood',
    );
  });
});
