import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { Simulator } from '../index.ts';
import {
  appId,
  newOutTradeNo,
  openId,
  prepayBody,
  requestPayment,
  testMerchant,
} from '../wechat-simulator.fixture.test.ts';
import { createPayPlatform, mchId, outcomeOf, type PayPlatform } from './pay-platform.fixture.test.ts';

const notifyUrl = 'http://127.0.0.1:9/nobody-listens';
const subMchId = '1600000001';

describe('wechat-simulator: closing and finding orders', () => {
  let platform: PayPlatform;
  let simulator: Simulator;
  beforeEach(async () => {
    platform = await createPayPlatform({ merchants: [{ ...testMerchant, isServiceProvider: true }] });
    simulator = platform.simulator;
  });
  afterEach(() => platform.close());

  const close = async (outTradeNo: string): Promise<string> =>
    outcomeOf(await platform.post(`/pay/transactions/out-trade-no/${outTradeNo}/close`, { mchid: mchId }));

  it('closing while the buyer types the password gets FREQUENCY_LIMITED, and the payment goes through', async () => {
    const { outTradeNo, prepayId } = await platform.prepay();
    simulator.startPaying({ mchId, outTradeNo });
    expect(await close(outTradeNo)).to.equal('429 FREQUENCY_LIMITED');
    const path = `/pay/transactions/out-trade-no/${outTradeNo}?mchid=${mchId}`;
    expect((await platform.get(path)).json.trade_state).to.equal('NOTPAY');
    simulator.pay(requestPayment(prepayId), { drop: 100 });
    expect(await close(outTradeNo)).to.equal('400 ORDER_PAID');
    expect(() => simulator.startPaying({ mchId, outTradeNo })).to.throw('can be paid');
  });

  it('a buyer who gives up lets the order be closed, after which nobody can pay it', async () => {
    const { outTradeNo, prepayId } = await platform.prepay();
    const started = await platform.control('/buyers/start', {
      mchid: mchId,
      out_trade_no: outTradeNo,
      for_ms: 20_000,
    });
    expect(started.status, started.text).to.equal(200);
    expect(await close(outTradeNo)).to.equal('429 FREQUENCY_LIMITED');
    await simulator.clock.advance(20_000);
    expect([await close(outTradeNo), await close(outTradeNo)]).to.deep.equal(['204', '204']);
    expect(() => simulator.pay(requestPayment(prepayId))).to.throw('closed');
  });

  describe('partner', () => {
    const below = '/pay/partner/transactions/out-trade-no';
    const partnerBody = (payer: object): Record<string, unknown> => {
      const { appid: sp_appid, mchid: sp_mchid, ...body } = prepayBody(notifyUrl, { payer });
      return { ...body, sp_appid, sp_mchid, sub_mchid: subMchId };
    };
    const prepayPartner = async (): Promise<string> => {
      const body = partnerBody({ sp_openid: openId });
      const answer = await platform.post('/pay/partner/transactions/jsapi', body);
      expect(answer.status, answer.text).to.equal(200);
      return String(body.out_trade_no);
    };

    it('sp_mchid and sub_mchid are both needed, and no call of direct merchants finds the order', async () => {
      const outTradeNo = await prepayPartner();
      const query = async (search: string): Promise<string> =>
        outcomeOf(await platform.get(`${below}/${outTradeNo}?${search}`));
      expect(await query(`sp_mchid=${mchId}`)).to.equal('400 PARAM_ERROR');
      expect(await query(`mchid=${mchId}&sub_mchid=${subMchId}`)).to.equal('400 PARAM_ERROR');
      expect(await query(`sp_mchid=${mchId}&sub_mchid=${subMchId}`)).to.equal('200');
      const direct = await platform.get(`/pay/transactions/out-trade-no/${outTradeNo}?mchid=${mchId}`);
      expect(outcomeOf(direct)).to.equal('404 ORDER_NOT_EXIST');
    });

    it('closing needs both parties too', async () => {
      const outTradeNo = await prepayPartner();
      const closePartner = async (body: object): Promise<string> =>
        outcomeOf(await platform.post(`${below}/${outTradeNo}/close`, body));
      expect(await closePartner({ sp_mchid: mchId })).to.equal('400 PARAM_ERROR');
      expect(await closePartner({ mchid: mchId })).to.equal('400 PARAM_ERROR');
      expect(await closePartner({ sp_mchid: mchId, sub_mchid: '1600000002' })).to.equal(
        '400 INVALID_REQUEST',
      );
      expect(await close(outTradeNo)).to.equal('400 INVALID_REQUEST');
      expect(await closePartner({ sp_mchid: mchId, sub_mchid: subMchId })).to.equal('204');
      expect(simulator.ledger(outTradeNo).orders[0]?.trade_state).to.equal('CLOSED');
    });

    it('an openid of another app is refused for either side', async () => {
      await platform.prepay();
      const wanted = { ...partnerBody({ sub_openid: openId }), sub_appid: 'wxffffffffffffffff' };
      expect(outcomeOf(await platform.post('/pay/partner/transactions/jsapi', wanted))).to.equal(
        '400 PARAM_ERROR',
      );
    });
  });

  describe('combined', () => {
    const subOrders = () =>
      Array.from({ length: 2 }, () => ({
        mchid: mchId,
        attach: 'part',
        out_trade_no: newOutTradeNo(),
        description: '咖啡一杯',
        amount: { total_amount: 100, currency: 'CNY' },
      }));
    const prepayCombined = async () => {
      const body = {
        combine_appid: appId,
        combine_mchid: mchId,
        combine_out_trade_no: newOutTradeNo(),
        scene_info: { payer_client_ip: '203.0.113.7', device_id: 'POS-7' },
        sub_orders: subOrders(),
        combine_payer_info: { openid: openId },
        notify_url: notifyUrl,
      };
      const { json } = await platform.post('/combine-transactions/jsapi', body);
      return { prepayId: json.prepay_id, body };
    };
    const toNamed = (subs: ReturnType<typeof subOrders>) =>
      subs.map(({ mchid, out_trade_no }) => ({ mchid, out_trade_no }));
    const closeCombined = async (outTradeNo: string, body: object): Promise<string> =>
      outcomeOf(await platform.post(`/combine-transactions/out-trade-no/${outTradeNo}/close`, body));

    it('is closed as a whole by naming all its orders, in any order', async () => {
      const { body, prepayId } = await prepayCombined();
      const { combine_appid, combine_out_trade_no: number } = body;
      const sub_orders = toNamed(body.sub_orders).reverse();
      const part = { combine_appid, sub_orders: sub_orders.slice(1) };
      expect(await closeCombined(number, part)).to.equal('400 INVALID_REQUEST');
      expect(await closeCombined(number, { sub_orders })).to.equal('400 PARAM_ERROR');
      expect(await close(sub_orders[0]?.out_trade_no ?? '')).to.equal('400 INVALID_REQUEST');
      const whole = { combine_appid, sub_orders };
      expect(await closeCombined(number, whole)).to.equal('204');
      expect(await closeCombined(number, whole)).to.equal('204');
      expect(await closeCombined('NOBODYS', whole)).to.equal('204');
      const queried = JSON.parse(
        (await platform.get(`/combine-transactions/out-trade-no/${number}`)).text,
      ) as {
        scene_info: object;
        sub_orders: { trade_state: string }[];
      };
      expect(queried.sub_orders.map((sub) => sub.trade_state)).to.deep.equal(['CLOSED', 'CLOSED']);
      expect(queried.scene_info).to.deep.equal({ device_id: 'POS-7' });
      expect(() => simulator.pay(requestPayment(prepayId))).to.throw('closed');
    });

    it('is not closed once it is paid, or about to be', async () => {
      const { body, prepayId } = await prepayCombined();
      const { combine_appid, combine_out_trade_no: number } = body;
      const whole = { combine_appid, sub_orders: toNamed(body.sub_orders) };
      simulator.startPaying({ mchId, outTradeNo: number });
      expect(await closeCombined(number, whole)).to.equal('429 FREQUENCY_LIMITED');
      simulator.pay(requestPayment(prepayId), { drop: 100 });
      expect(await closeCombined(number, whole)).to.equal('400 ORDER_PAID');
    });
  });

  const wrongParts: [string, object][] = [
    ['goods without a price', { detail: { goods_detail: [{ merchant_goods_id: 'G1', quantity: 1 }] } }],
    ['no goods at all', { detail: { goods_detail: [] } }],
    ['a scene without the payer’s address', { scene_info: { device_id: 'POS-7' } }],
    ['an address that is none', { scene_info: { payer_client_ip: 'localhost' } }],
    ['a store without an id', { scene_info: { payer_client_ip: '203.0.113.7', store_info: {} } }],
    ['profit sharing as text', { settle_info: { profit_sharing: 'true' } }],
  ];
  for (const [name, change] of wrongParts) {
    it(`a prepay with ${name} gets 400 PARAM_ERROR`, async () => {
      const answer = await platform.post(
        '/pay/transactions/jsapi',
        prepayBody(notifyUrl, change as Record<string, unknown>),
      );
      expect(outcomeOf(answer)).to.equal('400 PARAM_ERROR');
    });
  }

  it('a prepay may say what was bought, where, and how it is settled', async () => {
    const body = prepayBody(notifyUrl, {
      detail: {
        cost_price: 2_000,
        goods_detail: [{ merchant_goods_id: 'G1', goods_name: '咖啡', quantity: 1, unit_price: 1_880 }],
      },
      scene_info: { payer_client_ip: '2001:db8::1', device_id: 'POS-7', store_info: { id: 'S1' } },
      settle_info: { profit_sharing: true },
    });
    const { json } = await platform.post('/pay/transactions/jsapi', body);
    simulator.pay(requestPayment(json.prepay_id), { drop: 100 });
    const queried = await platform.get(`/pay/transactions/out-trade-no/${body.out_trade_no}?mchid=${mchId}`);
    expect(JSON.parse(queried.text)).to.deep.include({ scene_info: { device_id: 'POS-7' } });
  });
});
