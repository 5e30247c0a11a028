import { expect } from 'chai';
import { describe, it } from 'mocha';
import { mchId, receiveGenuine } from './receive-genuine.fixture.test.ts';

function subOrder(at: number, changed: object = {}) {
  return {
    mchid: mchId,
    sub_mchid: `160000000${at % 10}`,
    trade_type: 'JSAPI',
    trade_state: 'SUCCESS',
    attach: `order ${at}`,
    amount: { total_amount: 100 + at, payer_amount: 90 + at, currency: 'CNY', payer_currency: 'CNY' },
    success_time: '2026-11-22T10:00:00.120+08:00',
    transaction_id: `42000000000000000000000000${String(at).padStart(2, '0')}`,
    out_trade_no: `combined_${at}`,
    ...changed,
  };
}

function combined(orders: unknown, changed: object = {}) {
  return {
    combine_appid: 'wx8888888888888888',
    combine_mchid: mchId,
    combine_out_trade_no: 'whole_0001',
    combine_payer_info: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' },
    sub_orders: orders,
    ...changed,
  };
}
const ten = Array.from({ length: 10 }, (_, at) => subOrder(at));

describe('a combined payment', () => {
  it('is one payment for each of its orders, of whichever merchant each is', () => {
    const { callback } = receiveGenuine({ resource: combined(ten) });
    expect(callback.facts).to.have.length(10);
    expect(callback.facts[3]).to.deep.equal({
      callbackKey: `payment_${mchId}_4200000000000000000000000003_SUCCESS`,
      event: {
        type: 'payment.succeeded',
        mchId,
        subMchId: '1600000003',
        appId: 'wx8888888888888888',
        combineOutTradeNo: 'whole_0001',
        outTradeNo: 'combined_3',
        transactionId: '4200000000000000000000000003',
        amountFen: 103,
        payerTotalFen: 93,
        currency: 'CNY',
        tradeType: 'JSAPI',
        openId: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
        attach: 'order 3',
        successTime: '2026-11-22T10:00:00.120+08:00',
      },
    });
  });

  it("names no merchant below for an order that is the payment's own, and another direct one where it is not", () => {
    const own = subOrder(1, { sub_mchid: undefined });
    const others = subOrder(2, {
      sub_mchid: undefined,
      mchid: '1700000000',
      sub_appid: 'wx7777777777777777',
    });
    const { facts } = receiveGenuine({ resource: combined([own, others]) }).callback;
    expect(facts[0].event).not.to.have.property('subMchId');
    expect(facts[1]?.event).to.include({ subMchId: '1700000000', subAppId: 'wx7777777777777777' });
  });

  const awkward: [string, object, string][] = [
    ['that is not paid', { trade_state: 'NOTPAY' }, 'trade_state is NOTPAY'],
    ['whose amount is text', { amount: { total_amount: '104', currency: 'CNY' } }, 'amount.total'],
    ['without a transaction_id', { transaction_id: undefined }, 'transaction_id'],
    ['whose out_trade_no is no order number', { out_trade_no: 'a/b' }, 'out_trade_no'],
    ['that has the transaction of another', { transaction_id: ten[3]?.transaction_id }, 'of another order'],
  ];
  for (const [what, changed, problem] of awkward) {
    it(`keeps an order ${what} for itself, and tells the nine others`, () => {
      const orders = ten.map((order, at) => (at === 4 ? { ...order, ...changed } : order));
      const { facts } = receiveGenuine({ resource: combined(orders) }).callback;
      expect(facts.filter(({ event }) => event.type === 'payment.succeeded')).to.have.length(9);
      const kept = facts.filter(({ event }) => event.type === 'callback.unhandled');
      expect(kept).to.have.length(1);
      expect(kept[0]?.event).to.have.property('problem').that.includes('sub_orders.4').and.includes(problem);
      expect(kept[0]?.callbackKey).to.match(/^combine_1900000001_whole_0001_order_[0-9A-Za-z_-]+$/);
      expect(new Set(facts.map((fact) => fact.callbackKey)).size).to.equal(10);
    });
  }

  it('has the same keys in whatever order its orders and fields come, and another when an order has become another', () => {
    const keysOf = (orders: readonly object[]) => {
      const { callbackKey, facts } = receiveGenuine({ resource: combined(orders) }).callback;
      return [callbackKey, ...facts.map((fact) => fact.callbackKey).sort()];
    };
    const turned = ten.map((order) => Object.fromEntries(Object.entries(order).reverse())).reverse();
    expect(keysOf(turned)).to.deep.equal(keysOf(ten));
    const later = ten.map((order, at) => (at === 4 ? { ...order, trade_state: 'REFUND' } : order));
    expect(keysOf(later)[0])
      .to.match(/^combine_1900000001_whole_0001_/)
      .and.not.equal(keysOf(ten)[0]);
  });

  it('takes fifty orders, and keeps whole what has more, none, or no list of them', () => {
    const fifty = Array.from({ length: 50 }, (_, at) => subOrder(at));
    expect(receiveGenuine({ resource: combined(fifty) }).callback.facts).to.have.length(50);
    for (const orders of [[...fifty, subOrder(50)], [], {}, null, 'none']) {
      const { facts, callbackKey } = receiveGenuine({ resource: combined(orders) }).callback;
      expect(facts).to.have.length(1);
      expect(facts[0].event).to.include({ type: 'callback.unhandled', reason: 'schema_refused' });
      expect(callbackKey).to.equal(`notification_${mchId}_3119dfba-e649-5eec-ab1e-3412bc4d2e17`);
    }
  });

  it('keeps what is no order for itself alone, and pays the others', () => {
    const { facts } = receiveGenuine({ resource: combined([subOrder(0), '', subOrder(2), 7]) }).callback;
    expect(facts.map(({ event }) => event.type)).to.deep.equal([
      'payment.succeeded',
      'callback.unhandled',
      'payment.succeeded',
      'callback.unhandled',
    ]);
    expect(new Set(facts.map(({ callbackKey }) => callbackKey)).size).to.equal(4);
  });
});
