import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { type Installation, startInstallation, testMerchant, toOrderRequest } from './installation.ts';
import { waitFor } from './wait-for.ts';

const subMchId = '1900000109';
const subAppId = 'wxsub0000000000001';

describe('orders of a service provider (服务商)', function () {
  this.timeout(60_000);
  let installation: Installation;
  before(async () => {
    installation = await startInstallation({
      merchant: { isServiceProvider: true },
      without: ['message-worker', 'reconciler'],
    });
  });
  after(() => installation.close());

  const create = (outTradeNo: string, facts: object) =>
    installation.client.createOrder({ body: { ...toOrderRequest(outTradeNo), ...facts } });
  const problemOf = (work: Promise<unknown>) =>
    work.then(
      () => expect.fail('it was taken'),
      (error: unknown) =>
        error as { status: number; code: string; problem: { errors?: { field: string }[] } },
    );
  const fulfilled = (outTradeNo: string) =>
    waitFor(`${outTradeNo} to be fulfilled`, async () => {
      const order = await installation.readOrder(outTradeNo);
      return order.status === 'fulfilled' ? order : undefined;
    });

  const options = {
    attach: 'shop-7',
    goods_tag: 'WXG',
    support_fapiao: true,
    detail: {
      cost_price: 9_000,
      invoice_id: '123',
      goods_detail: [{ merchant_goods_id: '1246464644', quantity: 1, unit_price: 8_800 }],
    },
    scene_info: { payer_client_ip: '14.23.150.211', device_id: '013467007045764' },
    settle_info: { profit_sharing: true },
  };

  it('are paid in the provider’s app, and the shop is told', async () => {
    const request = { sub_mchid: subMchId, ...options };
    const { status, body } = await create('PARTNER-0001', request);
    expect(status).to.equal(201);
    expect(body.order).to.include({ appid: testMerchant.appId, sub_mchid: subMchId });
    if (body.payment === undefined) throw new Error('nothing to pay with');
    installation.simulator.pay({ appId: testMerchant.appId, ...body.payment });
    expect((await fulfilled('PARTNER-0001')).transaction_id).to.be.a('string');
    expect(installation.shop.ledger().orders.map((each) => each.out_trade_no)).to.include('PARTNER-0001');
    const asked = await installation.client.queryOrder({ params: { out_trade_no: 'PARTNER-0001' } });
    expect(asked.body.outcome).to.equal('known');
  });

  it('are paid in the app of the merchant below it, whose buyer they then name', async () => {
    const payer = { sub_openid: 'o-buyer-in-sub' };
    const { body } = await create('PARTNER-0002', { sub_mchid: subMchId, sub_appid: subAppId, payer });
    expect(body.order).to.include({ appid: testMerchant.appId, sub_appid: subAppId });
    if (body.payment === undefined) throw new Error('nothing to pay with');
    installation.simulator.pay({ appId: subAppId, ...body.payment });
    await fulfilled('PARTNER-0002');
    const order = await installation.store.orders.find(testMerchant.mchId, 'PARTNER-0002');
    expect(order).to.deep.include({ appId: subAppId, openId: 'o-buyer-in-sub', subMchId });
    expect(order?.payment?.openId).to.equal('o-buyer-in-sub');
  });

  it('are prepaid again with the very same body, which WeChat Pay demands', async () => {
    const request = { sub_mchid: subMchId, ...options };
    await create('PARTNER-0003', request);
    const ending = { prepayId: 'wx-of-long-ago', expiresAt: new Date(Date.now() + 30_000) };
    await installation.store.orders.recordPrepay(testMerchant.mchId, 'PARTNER-0003', ending);
    const reversed = Object.fromEntries(Object.entries(request).reverse());
    expect((await create('PARTNER-0003', reversed)).status).to.equal(200);
    expect(installation.simulator.ledger('PARTNER-0003').orders[0]?.prepays).to.equal(2);
  });

  it('are asked about and closed as the provider’s', async () => {
    await create('PARTNER-0004', { sub_mchid: subMchId });
    const params = { out_trade_no: 'PARTNER-0004' };
    const { body } = await installation.client.queryOrder({ params });
    expect(body.wechat_pay.trade_state).to.equal('NOTPAY');
    expect((await installation.client.closeOrder({ params })).body.order.status).to.equal('closed');
    expect(installation.simulator.ledger('PARTNER-0004').orders[0]?.trade_state).to.equal('CLOSED');
  });

  it('that are paid without a callback are found by asking', async () => {
    const { body } = await create('PARTNER-0005', { sub_mchid: subMchId });
    if (body.payment === undefined) throw new Error('nothing to pay with');
    installation.simulator.pay({ appId: testMerchant.appId, ...body.payment }, { drop: 20 });
    const asked = await installation.client.queryOrder({ params: { out_trade_no: 'PARTNER-0005' } });
    expect(asked.body.outcome).to.equal('healed');
    await fulfilled('PARTNER-0005');
  });

  it('of other content under the same number are a conflict', async () => {
    await create('PARTNER-0006', { sub_mchid: subMchId });
    for (const facts of [
      { sub_mchid: '1900000110' },
      { sub_mchid: subMchId, goods_tag: 'WXG' },
      { sub_mchid: subMchId, settle_info: { profit_sharing: true } },
    ]) {
      expect(await problemOf(create('PARTNER-0006', facts))).to.include({
        status: 409,
        code: 'ORDER_CONFLICT',
      });
    }
  });

  const wrong: [string, object, string][] = [
    ['no merchant below it', {}, 'sub_mchid'],
    ['an app of nobody', { sub_appid: subAppId }, 'sub_appid'],
    [
      'two payers',
      { sub_mchid: subMchId, sub_appid: subAppId, payer: { openid: 'o-1', sub_openid: 'o-2' } },
      'payer.sub_openid',
    ],
    [
      'a payer of an app that it does not name',
      { sub_mchid: subMchId, payer: { sub_openid: 'o-2' } },
      'payer.sub_openid',
    ],
    ['a payer of no app', { sub_mchid: subMchId, payer: {} }, 'payer.openid'],
  ];
  for (const [what, facts, field] of wrong) {
    it(`are refused with ${what}`, async () => {
      const { status, code, problem } = await problemOf(create('PARTNER-0009', facts));
      expect([status, code, problem.errors?.[0]?.field]).to.deep.equal([400, 'REQUEST_INVALID', field]);
    });
  }
});
