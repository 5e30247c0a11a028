import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createSimulator, type Simulator } from '../index.ts';
import {
  appId,
  callPay,
  newOutTradeNo,
  openId,
  otherAppId,
  prepayBody,
  requestPayment,
  testApp,
  testMerchant,
} from '../wechat-simulator.fixture.test.ts';
import { createPayPlatform, mchId, type PayPlatform, second } from './pay-platform.fixture.test.ts';

describe('wechat-simulator: payments of service providers, combined and Native ones', () => {
  let platform: PayPlatform;
  let simulator: Simulator;
  beforeEach(async () => {
    platform = await createPayPlatform({
      merchants: [{ ...testMerchant, isServiceProvider: true }],
      apps: [testApp, { ...testApp, appId: otherAppId }],
    });
    simulator = platform.simulator;
  });
  afterEach(() => platform.close());

  const get = async (path: string): Promise<Record<string, unknown>> =>
    JSON.parse((await platform.get(path)).text) as Record<string, unknown>;
  /** What the latest notification says. */
  const told = async (): Promise<Record<string, unknown>> => {
    await simulator.clock.advance(second);
    return platform.told().at(-1)?.resource ?? expect.fail('nothing was told');
  };

  describe('partner', () => {
    const body = (change: object = {}) => ({
      sp_appid: appId,
      sp_mchid: mchId,
      sub_mchid: '1600000001',
      description: '咖啡一杯',
      out_trade_no: newOutTradeNo(),
      notify_url: platform.receiver.url,
      amount: { total: 300 },
      payer: { sp_openid: openId },
      ...change,
    });

    it('an order of a merchant below is prepaid, paid, announced and queried with both parties', async () => {
      const wanted = body();
      const { json } = await platform.post('/pay/partner/transactions/jsapi', wanted);
      simulator.pay(requestPayment(json.prepay_id));
      const parties = { sp_mchid: mchId, sp_appid: appId, sub_mchid: '1600000001' };
      const resource = await told();
      expect(resource).to.deep.include({
        ...parties,
        out_trade_no: wanted.out_trade_no,
        payer: { sp_openid: openId },
      });
      expect(resource).not.to.have.any.keys('mchid', 'appid');
      const path = `/pay/partner/transactions/out-trade-no/${wanted.out_trade_no}`;
      const queried = await get(`${path}?sp_mchid=${mchId}&sub_mchid=1600000001`);
      expect(queried).to.include({ ...parties, trade_state: 'SUCCESS' });
      expect(await get(`${path}?sp_mchid=${mchId}&sub_mchid=1600000002`)).to.include({
        code: 'ORDER_NOT_EXIST',
      });
    });

    it('the payer may be known in the app of the merchant below, which then signs', async () => {
      const { status, text } = await platform.post(
        '/pay/partner/transactions/jsapi',
        body({ payer: { sub_openid: 'oSub-1' } }),
      );
      expect(status, text).to.equal(400);
      expect(text).to.include('sub_appid');
      const { json } = await platform.post(
        '/pay/partner/transactions/jsapi',
        body({ sub_appid: otherAppId, payer: { sub_openid: 'oSub-1' } }),
      );
      expect(() => simulator.pay(requestPayment(json.prepay_id))).to.throw('another appid');
    });

    it('an unpaid order can be closed, and a merchant that is no service provider is refused', async () => {
      const wanted = body();
      await platform.post('/pay/partner/transactions/jsapi', wanted);
      const path = `/pay/partner/transactions/out-trade-no/${wanted.out_trade_no}/close`;
      expect((await platform.post(path, { sp_mchid: mchId, sub_mchid: '1600000001' })).status).to.equal(204);
      const direct = await createSimulator({ merchants: [testMerchant] });
      try {
        const answer = await callPay(direct.uri, 'POST', '/v3/pay/partner/transactions/jsapi', body());
        expect([answer.status, answer.json.code]).to.deep.equal([403, 'NO_AUTH']);
      } finally {
        await direct.close();
      }
    });

    it('a payment that was prepaid elsewhere can name the merchant below', async () => {
      await platform.control('/payments', {
        mchid: mchId,
        appid: appId,
        openid: openId,
        out_trade_no: newOutTradeNo(),
        total: 5,
        notify_url: platform.receiver.url,
        sub: { mchid: '1600000001', appid: otherAppId, openid: 'oSub-1' },
      });
      expect(await told()).to.deep.include({
        sub_mchid: '1600000001',
        sub_appid: otherAppId,
        payer: { sp_openid: openId, sub_openid: 'oSub-1' },
      });
    });
  });

  describe('combined', () => {
    const subOrders = (count: number) =>
      Array.from({ length: count }, (_, index) => ({
        mchid: mchId,
        attach: `part ${index}`,
        out_trade_no: newOutTradeNo(),
        description: '咖啡一杯',
        amount: { total_amount: 100 + index, currency: 'CNY' },
      }));
    const body = (change: object = {}) => ({
      combine_appid: appId,
      combine_mchid: mchId,
      combine_out_trade_no: newOutTradeNo(),
      scene_info: { payer_client_ip: '203.0.113.7' },
      sub_orders: subOrders(3),
      combine_payer_info: { openid: openId },
      notify_url: platform.receiver.url,
      ...change,
    });

    it('orders are prepaid and paid together, announced once, and each can be refunded', async () => {
      const wanted = body();
      const { json } = await platform.post('/combine-transactions/jsapi', wanted);
      const again = await platform.post('/combine-transactions/jsapi', wanted);
      expect(again.json.prepay_id).not.to.equal(json.prepay_id);
      const payment = simulator.pay(requestPayment(json.prepay_id));
      expect(payment.outTradeNo).to.equal(wanted.combine_out_trade_no);
      const resource = await told();
      expect(platform.receiver.received).to.have.length(1);
      const orders = resource.sub_orders as Record<string, unknown>[];
      expect(resource).to.include({
        combine_mchid: mchId,
        combine_out_trade_no: wanted.combine_out_trade_no,
      });
      expect(orders.map(({ out_trade_no }) => out_trade_no)).to.deep.equal(
        wanted.sub_orders.map(({ out_trade_no }) => out_trade_no),
      );
      expect(orders.map(({ amount }) => (amount as Record<string, unknown>).total_amount)).to.deep.equal([
        100, 101, 102,
      ]);
      expect(new Set(orders.map(({ transaction_id }) => transaction_id)).size).to.equal(3);
      const queried = await get(`/combine-transactions/out-trade-no/${wanted.combine_out_trade_no}`);
      expect((queried.sub_orders as Record<string, unknown>[])[2]).to.include({ trade_state: 'SUCCESS' });
      const { refund } = simulator.refundAtConsole(mchId, wanted.sub_orders[1]?.out_trade_no ?? '');
      expect(refund.refundFen).to.equal(101);
    });

    it('attach, the payer’s address and two to ten orders are demanded', async () => {
      for (const change of [
        { scene_info: {} },
        { sub_orders: subOrders(1) },
        { sub_orders: subOrders(11) },
        { sub_orders: subOrders(2).map(({ attach: _, ...sub }) => sub) },
      ]) {
        const { status, json } = await platform.post('/combine-transactions/jsapi', body(change));
        expect([status, json.code], JSON.stringify(change)).to.deep.equal([400, 'PARAM_ERROR']);
      }
      expect((await platform.post('/combine-transactions/jsapi', body())).status).to.equal(200);
    });

    it('up to 50 orders that were prepaid elsewhere can be paid together', async () => {
      const sub_orders = Array.from({ length: 50 }, (_, index) => ({
        out_trade_no: newOutTradeNo(),
        total: index + 1,
      }));
      const whole = { mchid: mchId, appid: appId, openid: openId, notify_url: platform.receiver.url };
      const paid = await platform.control('/payments/combined', {
        ...whole,
        combine_out_trade_no: newOutTradeNo(),
        sub_orders,
      });
      expect(paid.status, paid.text).to.equal(200);
      const orders = (await told()).sub_orders as Record<string, unknown>[];
      expect(orders).to.have.length(50);
      const again = await platform.control('/payments/combined', {
        ...whole,
        combine_out_trade_no: newOutTradeNo(),
        sub_orders,
      });
      expect(again.json.code).to.equal('ORDER_KNOWN');
    });
  });

  it('a Native order is paid by whoever scans its code, once', async () => {
    const { payer: _, ...wanted } = prepayBody(platform.receiver.url);
    const { json } = await platform.post('/pay/transactions/native', wanted);
    expect(json.code_url).to.match(/^weixin:\/\/wxpay\/bizpayurl\?pr=/);
    const paid = await platform.control('/buyers/scan', { code_url: json.code_url, openid: 'oScanner' });
    expect(paid.json.out_trade_no).to.equal(wanted.out_trade_no);
    expect(await told()).to.deep.include({ trade_type: 'NATIVE', payer: { openid: 'oScanner' } });
    expect((await platform.control('/buyers/scan', { code_url: json.code_url })).json.code).to.equal(
      'ORDER_SUCCESS',
    );
    expect((await platform.control('/buyers/scan', { code_url: 'weixin://no' })).json.code).to.equal(
      'CODE_URL_UNKNOWN',
    );
  });

  it('the same number by JSAPI after Native is another content', async () => {
    const wanted = prepayBody(platform.receiver.url);
    const { payer: _, ...native } = wanted;
    await platform.post('/pay/transactions/native', native);
    expect((await platform.post('/pay/transactions/jsapi', wanted)).json.code).to.equal('OUT_TRADE_NO_USED');
  });
});
