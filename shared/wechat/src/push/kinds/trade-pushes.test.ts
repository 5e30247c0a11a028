import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createTime, expectPush, keyOf } from '../push.fixture.test.ts';

// No sample of these is published: the bodies are made from the tables of the page.
const order = {
  transaction_id: '4200002043202311087295582095',
  merchant_id: '1900000001',
  sub_merchant_id: '1900000002',
  merchant_trade_no: 'order_20261122',
  pay_time: 1_763_000_000,
};
const toldOrder = {
  transactionId: '4200002043202311087295582095',
  mchId: '1900000001',
  subMchId: '1900000002',
  outTradeNo: 'order_20261122',
  payTime: '2025-11-13T02:13:20.000Z',
};
const settlement = { Event: 'trade_manage_order_settlement', ...order };
const shipped = { shipped_time: 1_763_100_000, estimated_settlement_time: 1_764_000_000 };
const settled = {
  shipped_time: 1_763_100_000,
  confirm_receive_method: 2,
  confirm_receive_time: 1_763_700_000,
  settlement_time: 1_763_776_000,
};

describe('pushes of trade management', () => {
  it('say that everything is shipped', () =>
    expectPush({
      fields: { ...settlement, ...shipped },
      event: {
        type: 'trade.shipped',
        ...toldOrder,
        shippedAt: '2025-11-14T06:00:00.000Z',
        estimatedSettlementAt: '2025-11-24T16:00:00.000Z',
      },
      key: '4200002043202311087295582095|shipped',
    }));

  it('say under the same name that it is settled', () =>
    expectPush({
      fields: { ...settlement, ...settled },
      event: {
        type: 'trade.settled',
        ...toldOrder,
        shippedAt: '2025-11-14T06:00:00.000Z',
        confirmReceiveMethod: '2',
        confirmReceivedAt: '2025-11-21T04:40:00.000Z',
        settledAt: '2025-11-22T01:46:40.000Z',
      },
      key: '4200002043202311087295582095|settled',
    }));

  it('are not settled by a settlement time of 0', () => {
    const fields = { ...settlement, ...shipped, settlement_time: 0, confirm_receive_time: 0 };
    expect(keyOf(fields)).to.equal(keyOf({ ...settlement, ...shipped }));
    expect(keyOf(fields)).not.to.equal(keyOf({ ...settlement, ...settled }));
  });

  it('remind of an order that is not shipped, once a day', () => {
    const fields = { Event: 'trade_manage_remind_shipping', ...order, msg: '请尽快发货' };
    expectPush({
      fields,
      event: { type: 'trade.shipping_reminded', ...toldOrder, message: '请尽快发货' },
      key: '4200002043202311087295582095|2025-11-22',
    });
    expect(keyOf({ ...fields, CreateTime: createTime + 3_600 })).to.equal(keyOf(fields));
    expect(keyOf({ ...fields, CreateTime: createTime + 86_400 })).not.to.equal(keyOf(fields));
  });

  for (const Event of ['trade_manage_remind_access_api', 'wxa_trade_controlled']) {
    it(`say by ${Event} that what is shipped must be uploaded`, () =>
      expectPush({
        fields: { Event, msg: '请接入' },
        event: { type: 'trade.access_reminded', message: '请接入' },
      }));
  }
});
