import type { Phone } from '@huidiao/example-mini-program';
import { createShop } from '@huidiao/example-shop';
import { expect } from 'chai';
import { after, afterEach, before, describe, it } from 'mocha';
import { testMerchant } from '../installation.ts';
import { waitFor } from '../wait-for.ts';
import {
  appId,
  buy,
  newOpenId,
  shippedTemplateId,
  startWorld,
  templateId,
  untilShown,
  type World,
} from './world.fixture.test.ts';

const delivered = { status: '已完成', isPayable: false, isPaying: false, hint: '' };
const payable = { status: '待支付', isPayable: true, isPaying: false };

describe('buying in the mini-program', () => {
  let world: World;
  before(async () => {
    world = await startWorld(['reconciler']);
  });
  after(() => world.close());
  afterEach(() => world.installation.simulator.faults.set({ drop_share: 0 }));

  /** The goods that left the shop for an order. */
  const goodsOf = (outTradeNo: string) =>
    world.shop.ledger().orders.filter((order) => order.out_trade_no === outTradeNo);
  /** The messages that reached the buyer of an order. */
  const messagesOf = (outTradeNo: string) =>
    world.installation.simulator.ledger(outTradeNo).messages.filter(({ errcode }) => errcode === 0);
  const orderOf = (outTradeNo: string) => world.installation.readOrder(outTradeNo);

  async function untilDelivered(phone: Phone, outTradeNo: string): Promise<void> {
    await untilShown(phone, delivered);
    expect(goodsOf(outTradeNo), 'once').to.have.length(1);
  }
  const untilWatchEnds = (phone: Phone) =>
    waitFor('the end of the watch', () => {
      phone.elapse(5_000);
      return phone.shown.hint === '暂未收到支付结果，请下拉刷新';
    });
  /** WeChat sends again what was dropped on its way. */
  async function resendAll(outTradeNo: string): Promise<void> {
    const { simulator } = world.installation;
    simulator.faults.set({ drop_share: 0 });
    for (const { id } of simulator.ledger(outTradeNo).notifications) await simulator.resend(id);
  }
  const untilTold = (outTradeNo: string) =>
    waitFor('the message', () => messagesOf(outTradeNo).length > 0 || undefined);

  it('lists the goods with their prices', async () => {
    const phone = world.openPhone();
    await waitFor('the goods', () => (phone.shown.goods as unknown[]).length > 0);
    expect(phone.shown.goods).to.deep.include({ id: 'longjing', name: '龙井茶 100g', price: '¥88.00' });
  });

  it('can be done in a browser as well, with the simulator for a phone', async () => {
    const { apiUrl, simulator, store } = world.installation;
    const { key: apiKey } = await store.apiKeys.create({ mchId: testMerchant.mchId, label: 'browser' });
    const shop = await createShop({
      webhookSecret: `whsec_${Buffer.alloc(32, 1).toString('base64')}`,
      merchantApi: { url: apiUrl, apiKey },
      phone: { simulatorUrl: simulator.uri, appId },
    });
    const post = async (url: string, form: URLSearchParams) =>
      (await fetch(url, { method: 'POST', redirect: 'manual', body: form })).headers.get('location') ?? '';
    const show = async (url: string) => (await fetch(url)).text();
    try {
      const left = new URL(await post(`${shop.uri}/buy`, new URLSearchParams({ goods_id: 'course' })));
      const orderUrl = left.searchParams.get('back') ?? '';
      expect(await show(orderUrl))
        .to.include('created')
        .and.to.include('付款 Pay');
      const sheet = new URL(await post(`${orderUrl}/pay`, new URLSearchParams()));
      expect(await show(sheet.href)).to.include('¥19.90');
      expect(await post(`${sheet.origin}${sheet.pathname}`, sheet.searchParams)).to.equal(orderUrl);
      const outTradeNo = orderUrl.split('/').at(-1) ?? '';
      await waitFor('the delivery', () => goodsOf(outTradeNo).length > 0);
      await waitFor('the page', async () => (await show(orderUrl)).includes('fulfilled'));
    } finally {
      await shop.close();
    }
  });

  it('ends with the goods delivered once and the user told and asked, when all goes well', async () => {
    const openId = newOpenId();
    const phone = world.openPhone(openId);
    const outTradeNo = await buy(phone);
    await untilDelivered(phone, outTradeNo);
    await untilTold(outTradeNo);
    expect(phone.shown).to.include({ description: '冲泡课程（线上）', price: '¥19.90', outTradeNo });
    const [order] = world.installation.simulator.ledger(outTradeNo).orders;
    expect(order).to.include({ appid: appId, openid: openId, total: 1_990, trade_state: 'SUCCESS' });
    expect(messagesOf(outTradeNo)).to.have.length(1);
    expect(phone.complaints).to.deep.equal([]);
    // Asked for on the tap and used by now, and asked for in the callback of the payment.
    const { consents } = world.installation.store;
    const stateOf = async (id: string) => (await consents.state({ appId, openId, templateId: id })).state;
    await waitFor('the consents', async () => (await stateOf(templateId)) === 'unknown');
    await waitFor('the consents', async () => (await stateOf(shippedTemplateId)) === 'granted');
  });

  describe('when the user refuses messages', () => {
    for (const popup of ['reject', 'off'] as const) {
      it(`goes on without them: ${popup}`, async () => {
        const phone = world.openPhone();
        phone.person.popup = popup;
        const outTradeNo = await buy(phone);
        await untilDelivered(phone, outTradeNo);
        expect(messagesOf(outTradeNo)).to.deep.equal([]);
        expect(phone.complaints).to.have.length(popup === 'off' ? 2 : 0);
      });
    }
  });

  describe('when the popup is answered', () => {
    it('before the payment, nothing is ordered until then', async () => {
      const phone = world.openPhone();
      phone.person.popup = 'later';
      const before = world.installation.simulator.ledger().orders.length;
      await waitFor('the goods', () => (phone.shown.goods as unknown[]).length > 0);
      phone.tap('立即购买', { id: 'course' });
      expect(phone.shown.buying).to.equal('course');
      expect(() => phone.tap('立即购买', { id: 'course' }), 'no second time').to.throw('disabled');
      expect(world.installation.simulator.ledger().orders).to.have.length(before);
      phone.person.popup = 'accept';
      phone.answerPopup('accept');
      await waitFor('the page of the order', () => phone.at.path === 'pages/order/order');
      const outTradeNo = String(phone.shown.outTradeNo);
      await untilDelivered(phone, outTradeNo);
      await untilTold(outTradeNo);
    });

    it('after the payment callback has come and the goods are delivered, the message waits for it', async () => {
      const openId = newOpenId();
      const phone = world.openPhone(openId);
      phone.person.popup = 'reject';
      const outTradeNo = await buy(phone);
      await untilDelivered(phone, outTradeNo);
      expect(messagesOf(outTradeNo)).to.deep.equal([]);
      world.installation.simulator.answerPopup({
        appId,
        openId,
        answers: [{ templateId, answer: 'accept' }],
      });
      await untilTold(outTradeNo);
      expect(messagesOf(outTradeNo)).to.have.length(1);
    });

    it('after the payment but before its callback has come, both arrive', async () => {
      const { simulator } = world.installation;
      const openId = newOpenId();
      const phone = world.openPhone(openId);
      simulator.faults.set({ drop_share: 1 });
      phone.person.popup = 'later';
      await waitFor('the goods', () => (phone.shown.goods as unknown[]).length > 0);
      phone.tap('立即购买', { id: 'course' });
      phone.answerPopup('reject');
      const outTradeNo = await waitFor(
        'the order',
        () => phone.at.path === 'pages/order/order' && String(phone.shown.outTradeNo),
      );
      await waitFor('the popup after the payment', () => phone.answerPopup('accept'));
      await untilShown(phone, { status: '支付结果确认中', isPayable: false });
      await resendAll(outTradeNo);
      await untilDelivered(phone, outTradeNo);
      const key = { appId, openId, templateId: shippedTemplateId };
      for (const { id, state } of simulator.ledger().notifications) {
        if (state !== 'accepted') await simulator.resend(id);
      }
      await waitFor(
        'the consent',
        async () => (await world.installation.store.consents.state(key)).state === 'granted',
      );
    });
  });

  describe('when the user cancels', () => {
    it('leaves the order payable, and it can be paid later', async () => {
      const phone = world.openPhone();
      phone.person.payment = 'cancels';
      const outTradeNo = await buy(phone);
      await untilShown(phone, { ...payable, hint: '未支付，可继续支付' });
      expect((await orderOf(outTradeNo)).status).to.equal('created');
      phone.tap('去支付');
      await untilShown(phone, { ...payable, hint: '未支付，可继续支付' });
      phone.person.payment = 'pays';
      phone.tap('去支付');
      expect(() => phone.tap('去支付'), 'no second time').to.throw('disabled');
      await untilDelivered(phone, outTradeNo);
      const { orders } = world.installation.simulator.ledger(outTradeNo);
      expect(orders).to.have.length(1);
    });

    it('finds the order again after the mini-program was closed', async () => {
      const phone = world.openPhone();
      phone.person.payment = 'cancels';
      const outTradeNo = await buy(phone);
      await untilShown(phone, payable);
      phone.launch();
      await waitFor('the last order', () => phone.shown.lastOrder === outTradeNo);
      phone.tap('查看最近的订单');
      await untilShown(phone, { ...payable, outTradeNo, hint: '' });
      phone.person.payment = 'pays';
      phone.tap('去支付');
      await untilDelivered(phone, outTradeNo);
    });
  });

  describe('when the network goes after the payment', () => {
    it('shows what is known, asks nobody to pay again, and finds out by itself', async () => {
      const phone = world.openPhone();
      phone.person.payment = 'pays_then_offline';
      const outTradeNo = await buy(phone);
      await untilShown(phone, { hint: '网络不可用，请稍后再试', isPayable: false });
      await waitFor('the shop', () => goodsOf(outTradeNo).length > 0);
      expect(() => phone.tap('去支付')).to.throw();
      phone.setOnline(true);
      await untilDelivered(phone, outTradeNo);
    });

    it('finds out by itself too when no callback comes and the network returns after a long time', async () => {
      const phone = world.openPhone();
      phone.person.payment = 'pays_unseen';
      const outTradeNo = await buy(phone);
      await waitFor('the shop', () => goodsOf(outTradeNo).length > 0);
      await untilWatchEnds(phone);
      phone.setOnline(true);
      await untilShown(phone, { status: '已完成', isPayable: false });
    });

    it('finds out after the mini-program was closed in the middle, and until then lets nobody pay again', async () => {
      const { simulator } = world.installation;
      const phone = world.openPhone();
      simulator.faults.set({ drop_share: 1 });
      phone.person.payment = 'pays_unseen';
      const outTradeNo = await buy(phone);
      await waitFor('the payment', () => simulator.ledger(outTradeNo).orders[0]?.trade_state === 'SUCCESS');
      phone.setOnline(true);
      phone.launch();
      await waitFor('the last order', () => phone.shown.lastOrder === outTradeNo);
      phone.tap('查看最近的订单');
      await untilShown(phone, { status: '支付结果确认中', isPayable: false });
      await resendAll(outTradeNo);
      await untilDelivered(phone, outTradeNo);
    });

    it('goes on watching where it was told that it asks too often', async () => {
      const { installation } = world;
      const openId = newOpenId();
      const phone = world.openPhone(openId);
      installation.simulator.faults.set({ drop_share: 1 });
      const outTradeNo = await buy(phone);
      await untilShown(phone, { status: '支付结果确认中' });
      const askOften = await toFrequentReader(world, openId, outTradeNo);
      await waitFor('the refusal', async () => {
        await askOften();
        phone.elapse(10_000);
        await waitFor('its answer', () => !phone.isBusy);
        return phone.shown.hint === '操作过于频繁，请稍后再试';
      });
      await resendAll(outTradeNo);
      await untilDelivered(phone, outTradeNo);
    });

    it('gives up watching in the end and says so, and a pull down finds out', async () => {
      const { simulator } = world.installation;
      const phone = world.openPhone();
      simulator.faults.set({ drop_share: 1 });
      const outTradeNo = await buy(phone);
      await untilShown(phone, { status: '支付结果确认中' });
      await untilWatchEnds(phone);
      await resendAll(outTradeNo);
      await waitFor('the order', async () => (await orderOf(outTradeNo)).status === 'fulfilled');
      phone.pullDown();
      await untilShown(phone, delivered);
    });

    it('sees a payment that WeChat called failed, although the money was gone', async () => {
      const { simulator } = world.installation;
      const phone = world.openPhone();
      phone.person.payment = 'fails';
      simulator.faults.set({ drop_share: 1 });
      const outTradeNo = await buy(phone);
      await untilShown(phone, { status: '支付结果确认中', isPayable: false, isPaying: false });
      await resendAll(outTradeNo);
      await untilDelivered(phone, outTradeNo);
    });
  });

  it('watches no order while it is hidden, and looks again when it is shown', async () => {
    const { simulator } = world.installation;
    const phone = world.openPhone();
    simulator.faults.set({ drop_share: 1 });
    const outTradeNo = await buy(phone);
    await untilShown(phone, { status: '支付结果确认中', isPaying: false });
    phone.hide();
    await resendAll(outTradeNo);
    await waitFor('the order', async () => (await orderOf(outTradeNo)).status === 'fulfilled');
    phone.elapse(60_000);
    await waitFor('the end of whatever it asks', () => !phone.isBusy);
    expect(phone.shown.status).to.equal('支付结果确认中');
    phone.show();
    await untilShown(phone, delivered);
  });

  it('shows an order that was paid on another phone when the pay button is tapped', async () => {
    const openId = newOpenId();
    const [phone, other] = [world.openPhone(openId), world.openPhone(openId)];
    phone.person.payment = 'cancels';
    const outTradeNo = await buy(phone);
    await untilShown(phone, payable);
    const { payment } = (
      await world.installation.client.signPayment({ params: { out_trade_no: outTradeNo } })
    ).body;
    world.installation.simulator.pay({ appId, ...payment });
    await waitFor('the order', async () => (await orderOf(outTradeNo)).status === 'fulfilled');
    phone.person.payment = 'pays';
    phone.tap('去支付');
    await untilShown(phone, { status: '已完成', isPayable: false });
    other.close();
    expect(goodsOf(outTradeNo)).to.have.length(1);
  });

  it('shows nobody the order of somebody else', async () => {
    const phone = world.openPhone();
    phone.person.payment = 'cancels';
    const outTradeNo = await buy(phone);
    const stranger = world.openPhone();
    await waitFor('the goods', () => (stranger.shown.goods as unknown[]).length > 0);
    stranger.open(`/pages/order/order?no=${outTradeNo}`);
    await untilShown(stranger, { hint: '没有找到该订单', status: '读取中', isPayable: false });
  });

  it('says that the network is away, and buys once it is back', async () => {
    const phone = world.openPhone();
    await waitFor('the goods', () => (phone.shown.goods as unknown[]).length > 0);
    phone.setOnline(false);
    phone.tap('立即购买', { id: 'course' });
    await untilShown(phone, { hint: '网络不可用，请稍后再试', buying: '' });
    phone.setOnline(true);
    phone.person.payment = 'cancels';
    await buy(phone);
    await untilShown(phone, payable);
  });

  it('says that goods are gone', async () => {
    const phone = world.openPhone();
    await waitFor('the goods', () => (phone.shown.goods as unknown[]).length > 0);
    phone.tap('立即购买', { id: 'sold-out' });
    await untilShown(phone, { hint: '商品已下架', buying: '' });
  });
});

/** Uses up what a user may ask merchant-api, each time it is called. */
async function toFrequentReader(
  { installation }: World,
  openId: string,
  outTradeNo: string,
): Promise<() => Promise<void>> {
  const { store, apiUrl } = installation;
  const expiresAt = new Date(Date.now() + 60_000);
  const { mchId } = testMerchant;
  const { token } = await store.sessions.create({ appId, openId, mchId, expiresAt });
  const headers = { authorization: `Bearer ${token}` };
  return async () => {
    const reads = Array.from({ length: 60 }, () => fetch(`${apiUrl}/v1/orders/${outTradeNo}`, { headers }));
    for (const answer of await Promise.all(reads)) await answer.arrayBuffer();
  };
}
