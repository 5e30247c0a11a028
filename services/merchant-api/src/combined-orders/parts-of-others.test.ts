import { dropTestDatabase } from '@huidiao/store';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import {
  ask,
  mchId,
  newOutTradeNo,
  otherMchId,
  type RunningApi,
  startMerchantApi,
} from '../merchant-api.fixture.test.ts';

const appId = 'wx8888888888888888';

describe('a combined order with a part of another merchant', () => {
  let api: RunningApi;
  let provider: RunningApi;
  before(async () => {
    [api, provider] = await Promise.all([
      startMerchantApi(),
      startMerchantApi({}, { isServiceProvider: true }),
    ]);
  });
  after(async () => {
    for (const each of [api, provider]) {
      await each?.close();
      if (each !== undefined) await dropTestDatabase(each.context.config.mongo.uri);
    }
  });

  function toRequest(owner: object) {
    const number = newOutTradeNo();
    return {
      combine_appid: appId,
      combine_out_trade_no: number,
      scene_info: { payer_client_ip: '203.0.113.7' },
      sub_orders: [{}, owner].map((own, index) => ({
        ...own,
        out_trade_no: `${number}-${index}`,
        description: '龙井茶',
        amount: { total: 100 },
        logistics_type: 3,
      })),
      combine_payer_info: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' },
    };
  }
  const create = ({ uri, key }: RunningApi, request: object) =>
    ask(`${uri}/v1/combined-orders`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });

  it('is taken where that merchant is configured here', async () => {
    const request = toRequest({ mchid: otherMchId });
    expect((await create(api, request)).status).to.equal(201);
    const part = await api.context.store.orders.find(mchId, request.sub_orders[1]?.out_trade_no ?? '');
    expect(part).to.include({ mchId, subMchId: otherMchId });
    expect((await create(api, request)).status, 'a repetition').to.equal(200);
  });

  for (const [what, of] of [
    ['a direct merchant', () => api],
    ['a service provider', () => provider],
  ] as const) {
    it(`is refused, and not registered, where ${what} names one that nobody here can refund for`, async () => {
      const request = toRequest({ mchid: '1900000999' });
      const { status, body } = await create(of(), request);
      expect([status, body.code]).to.deep.equal([422, 'COMBINED_PART_NOT_CONFIGURED']);
      expect(body.detail).to.contain('1900000999');
      const { combinedOrders } = of().context.store;
      expect(await combinedOrders.find(mchId, request.combine_out_trade_no)).to.equal(undefined);
    });
  }

  it('has its refund that hangs (ABNORMAL) settled with that one’s key', async () => {
    const { orders } = api.context.store;
    const outTradeNo = newOutTradeNo();
    const { order } = await orders.register({
      mchId,
      subMchId: otherMchId,
      combineOutTradeNo: 'whole-1',
      appId,
      outTradeNo,
      description: '龙井茶',
      amountFen: 100,
      currency: 'CNY',
      logisticsType: 3,
      timeExpire: new Date(Date.now() + 3_600_000),
      prepay: false,
      contentHash: 'hash',
    });
    const paid = {
      mchId: otherMchId,
      appId,
      openId: 'o',
      outTradeNo,
      totalFen: 100,
      notifyUrl: 'http://127.0.0.1:9',
    };
    const { transactionId } = api.simulator.payDirectly(paid, { drop: 20 });
    const told = { mchId, subMchId: otherMchId, appId, outTradeNo, transactionId, amountFen: 100 };
    const payment = { type: 'payment.succeeded', tradeType: 'JSAPI', currency: 'CNY', ...told } as const;
    await orders.pay(order, payment, { eventKey: outTradeNo, effects: [] });
    const { refund } = api.simulator.refundAtConsole(otherMchId, outTradeNo, { course: 'ABNORMAL' });
    const { outRefundNo, refundId } = refund;
    const abnormal = { outRefundNo, refundId, refundFen: 100, transactionId, status: 'ABNORMAL' as const };
    await orders.recordRefund(mchId, outTradeNo, abnormal, { eventKey: refundId, effects: [] });
    const params = { out_trade_no: outTradeNo, out_refund_no: outRefundNo };
    await api.client.settleAbnormalRefund({ params, body: { type: 'MERCHANT_BANK_CARD' } });
    expect(api.simulator.ledger(outTradeNo).refunds[0]).to.include({ status: 'PROCESSING' });
  });
});
