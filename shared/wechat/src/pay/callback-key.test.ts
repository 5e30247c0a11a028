import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { keyOf, mchId, receiveGenuine } from './receive-genuine.fixture.test.ts';

describe('a callback', () => {
  it('says what WeChat said, with numbers that a double would round as text', () => {
    const plaintext = '{"complaint_id":"1","n":12345678901234567890,"small":7,"text":"1234567890123456789"}';
    const { content } = receiveGenuine({ eventType: 'COMPLAINT.CREATE', plaintext }).callback;
    expect(JSON.parse(content ?? '')).to.deep.equal({
      complaint_id: '1',
      n: '12345678901234567890',
      small: 7,
      text: '1234567890123456789',
    });
  });

  it('has an id of whatever characters, and a key of legal ones that tells it from others', () => {
    const keyOfId = (id: string) =>
      keyOf({ eventType: 'SOMETHING.NEW', resource: {}, envelope: (made) => ({ ...made, id }) });
    const ids = ['a:b', 'a/b', 'a-b', 'a_b', '1', 'x'.repeat(64), '{}'];
    const keys = ids.map(keyOfId);
    for (const key of keys) expect(key).to.match(/^[0-9A-Za-z_.|*-]{1,200}$/);
    expect(new Set(keys).size).to.equal(ids.length);
  });

  it('has legal keys of at most 200 characters, whatever its resource holds', () => {
    const awkward = fc.oneof(
      fc.string({ maxLength: 140 }),
      fc.string({ unit: 'binary', maxLength: 140 }),
      fc.integer(),
    );
    const types = fc.constantFrom(
      'TRANSACTION.SUCCESS',
      'REFUND.SUCCESS',
      'MCHTRANSFER.BILL.FINISHED',
      'COMPLAINT.CREATE',
      'FAPIAO.ISSUED',
      'PAYSCORE.USER_PAID',
      'ENTRUST.SIGN',
      'MEMBERCARD.ACTIVATE_CARD',
    );
    const named = fc.record({
      out_bill_no: awkward,
      state: awkward,
      complaint_id: awkward,
      fapiao_apply_id: awkward,
      fapiao_information: fc.array(fc.record({ fapiao_id: awkward, card_status: awkward }), { maxLength: 5 }),
      out_order_no: awkward,
      contract_id: awkward,
      sub_mchid: awkward,
      contract_signed_time: awkward,
      card_id: awkward,
      code: awkward,
      openid: awkward,
      event_type: awkward,
      event_time: awkward,
      combine_out_trade_no: fc.option(awkward, { nil: undefined }),
      sub_orders: fc.option(fc.array(fc.record({ out_trade_no: awkward, trade_state: awkward })), {
        nil: undefined,
      }),
    });
    fc.assert(
      fc.property(types, named, (eventType, resource) => {
        const own = { combine_mchid: mchId, combine_appid: 'wx8888888888888888', ...resource };
        const { callback } = receiveGenuine({ eventType, originalType: undefined, resource: own });
        for (const key of [callback.callbackKey, ...callback.facts.map((fact) => fact.callbackKey)]) {
          expect(key).to.match(/^[0-9A-Za-z_.|*-]{1,200}$/);
        }
        expect(new Set(callback.facts.map((fact) => fact.callbackKey)).size).to.equal(callback.facts.length);
      }),
      { numRuns: 500 },
    );
  });
});
