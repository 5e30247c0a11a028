import { expect } from 'chai';
import { describe, it } from 'mocha';
import { eventOf, keyOf, mchId } from './receive-genuine.fixture.test.ts';

const refund = {
  mchid: mchId,
  out_trade_no: 'order_0001',
  transaction_id: '1217752501201407033233368018',
  out_refund_no: 'refund_0001@1',
  refund_id: '50000000382019052709732678859',
  refund_status: 'SUCCESS',
  success_time: '2026-11-22T10:00:00+08:00',
  user_received_account: '支付用户零钱',
  amount: { total: 1999, refund: 999, payer_total: 1500, payer_refund: 750 },
};

describe('a refund', () => {
  const states = [
    ['SUCCESS', 'refund.succeeded', 'SUCCEEDED'],
    ['ABNORMAL', 'refund.abnormal', 'ABNORMAL'],
    ['CLOSED', 'refund.closed', 'CLOSED'],
  ] as const;
  for (const [state, type, inKey] of states) {
    it(`that is ${state} becomes ${type}, under a key of its state`, () => {
      const made = {
        eventType: `REFUND.${state}`,
        originalType: 'refund',
        resource: { ...refund, refund_status: state },
      };
      expect(eventOf(made)).to.deep.equal({
        type,
        mchId,
        outTradeNo: 'order_0001',
        transactionId: '1217752501201407033233368018',
        outRefundNo: 'refund_0001@1',
        refundId: '50000000382019052709732678859',
        refundFen: 999,
        totalFen: 1999,
        successTime: '2026-11-22T10:00:00+08:00',
        proof: 'signature',
      });
      expect(keyOf(made)).to.equal(`refund_${mchId}_50000000382019052709732678859_${inKey}`);
    });
  }

  it('whose state and event_type deny each other is kept, and moves nothing', () => {
    for (const [eventType, refund_status] of [
      ['REFUND.SUCCESS', 'ABNORMAL'],
      ['REFUND.CLOSED', 'SUCCESS'],
      ['REFUND.SUCCESS', 'PROCESSING'],
      ['REFUND.SUCCESS', undefined],
      ['REFUND.SUCCESS', ['SUCCESS']],
      ['REFUND.NEW', 'SUCCESS'],
    ] as const) {
      const event = eventOf({ eventType, resource: { ...refund, refund_status } });
      expect(event).to.include({ type: 'callback.unhandled', reason: 'schema_refused' });
    }
  });

  it('without an amount is kept', () => {
    const resource = { ...refund, amount: { total: 1999 } };
    expect(eventOf({ eventType: 'REFUND.SUCCESS', resource })).to.include({ type: 'callback.unhandled' });
  });
});
