import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { LedgerView, SimulatedTrade, Simulator } from '../../index.ts';
import {
  appId,
  callJson,
  callPay,
  openId,
  otherAppId,
  prepayBody,
  pushToken,
  testApp,
  testMerchant,
} from '../../wechat-simulator.fixture.test.ts';
import {
  createPlatform,
  day,
  minute,
  type Platform,
  second,
  type WechatAnswer,
} from '../platform.fixture.test.ts';

const { mchId } = testMerchant;
const otherMerchant = { ...testMerchant, mchId: '1900000110', appIds: [otherAppId] };
const hour = 60 * minute;
const push = { token: pushToken, mode: 'plaintext', format: 'json' } as const;
const now = (): number => Math.floor(Date.now() / 1_000);

describe('wechat-simulator: frozen money is settled', () => {
  let platform: Platform;
  let simulator: Simulator;
  let order: { outTradeNo: string; transactionId: string };
  const start = async (trade: SimulatedTrade = { isManaged: true }): Promise<void> => {
    const other = { ...testApp, appId: otherAppId, trade };
    platform = await createPlatform({ ...testApp, push, trade }, [other], [otherMerchant]);
    simulator = platform.simulator;
    order = platform.pay();
  };
  beforeEach(() => start());
  afterEach(() => platform.close());

  const call = (name: string, body: object): Promise<WechatAnswer> =>
    platform.post(`/wxa/sec/order/${name}`, body);
  const ship = (logisticsType = 1): Promise<WechatAnswer> =>
    call('upload_shipping_info', {
      order_key: { order_number_type: 2, transaction_id: order.transactionId },
      logistics_type: logisticsType,
      delivery_mode: 1,
      shipping_list: [{ tracking_no: '1', express_company: 'STO', item_desc: '咖啡*1' }],
      upload_time: new Date().toISOString(),
      payer: { openid: openId },
    });
  const trade = (): LedgerView['trades'][number] => {
    const [found] = simulator.ledger(order.outTradeNo).trades;
    if (found === undefined) throw new Error('the ledger has no such trade');
    return found;
  };
  const number = () => ({ mchId, outTradeNo: order.outTradeNo });
  const settlements = () => platform.pushed('trade_manage_order_settlement');

  it('the money of an order that was never shipped stays frozen', async () => {
    await simulator.clock.advance(60 * day);
    expect(trade()).to.include({ order_state: 1, total: 1_880, frozen: 1_880, settled: 0 });
    expect(settlements()).to.have.length(0);
  });

  it('that it is shipped is pushed, with the day of its settlement', async () => {
    await ship();
    await simulator.clock.advance(0);
    const [shipped, ...others] = settlements();
    expect(others).to.deep.equal([]);
    expect(shipped).to.include({
      transaction_id: order.transactionId,
      merchant_id: mchId,
      sub_merchant_id: '',
      merchant_trade_no: order.outTradeNo,
    });
    expect(shipped?.shipped_time).to.be.closeTo(now(), 5);
    expect(Number(shipped?.estimated_settlement_time) - Number(shipped?.shipped_time)).to.equal(10 * 86_400);
    expect(shipped).not.to.have.any.keys('settlement_time', 'confirm_receive_method');
    expect(trade()).to.include({ frozen: 1_880, settled: 0 });
  });

  it('the buyer confirms the receipt, and soon after it is settled', async () => {
    await ship();
    expect(simulator.confirmReceipt(number())).to.include({ order_state: 3, frozen: 1_880 });
    await simulator.clock.advance(minute + second);
    expect(trade()).to.include({ order_state: 4, frozen: 0, settled: 1_880 });
    const settled = settlements()[1];
    expect(settled).to.include({ confirm_receive_method: 1, transaction_id: order.transactionId });
    expect(settled).to.include.keys('pay_time', 'shipped_time', 'confirm_receive_time', 'settlement_time');
    expect(settled).not.to.have.property('estimated_settlement_time');
    expect(await ship()).to.include({ errcode: 10060004 });
  });

  it('express is received by itself after ten days, everything else after two', async () => {
    await ship();
    await simulator.clock.advance(10 * day - minute);
    expect(trade()).to.include({ order_state: 2 });
    await simulator.clock.advance(3 * minute);
    expect(trade()).to.include({ order_state: 4, settled: 1_880 });
    expect(settlements()[1]).to.include({ confirm_receive_method: 2 });

    order = platform.pay();
    await ship(3);
    await simulator.clock.advance(2 * day - minute);
    expect(trade()).to.include({ order_state: 2 });
    await simulator.clock.advance(3 * minute);
    expect(trade()).to.include({ order_state: 4 });
  });

  it('an open complaint holds the settlement back', async () => {
    await ship();
    simulator.setComplaint({ ...number(), isOpen: true });
    simulator.confirmReceipt(number());
    await simulator.clock.advance(30 * day);
    expect(trade()).to.include({ order_state: 6, frozen: 1_880, in_complaint: true });
    expect(simulator.setComplaint({ ...number(), isOpen: false })).to.include({
      order_state: 4,
      settled: 1_880,
    });
  });

  it('what is refunded is not settled, and a full refund ends it', async () => {
    simulator.refundAtConsole(mchId, order.outTradeNo, { refundFen: 880 });
    await ship();
    expect(trade()).to.include({ frozen: 1_000, refunded: 880 });
    simulator.confirmReceipt(number());
    await simulator.clock.advance(minute + second);
    expect(trade()).to.include({ frozen: 0, settled: 1_000, refunded: 880 });

    order = platform.pay();
    await ship();
    simulator.refundAtConsole(mchId, order.outTradeNo);
    await simulator.clock.advance(11 * day);
    expect(trade()).to.include({ order_state: 5, frozen: 0, settled: 0, refunded: 1_880 });
    expect(settlements()).to.have.length(3);
  });

  it('what is refunded in full after its receipt is not settled either', async () => {
    await ship();
    simulator.confirmReceipt(number());
    simulator.refundAtConsole(mchId, order.outTradeNo);
    await simulator.clock.advance(day);
    expect(trade()).to.include({ order_state: 5, frozen: 0, settled: 0 });
    expect(settlements()).to.have.length(1);
  });

  it('a refund that is on its way leaves the money frozen', async () => {
    simulator.faults.set({ refund_course: 'PROCESSING' });
    const refund = {
      out_trade_no: order.outTradeNo,
      out_refund_no: `R${order.outTradeNo}`,
      amount: { refund: 1_880, total: 1_880, currency: 'CNY' },
    };
    const { status } = await callPay(simulator.uri, 'POST', '/v3/refund/domestic/refunds', refund);
    expect(status).to.equal(200);
    expect(trade()).to.include({ order_state: 1, frozen: 1_880, refunded: 0 });
    simulator.settleRefund(mchId, refund.out_refund_no, 'SUCCESS');
    expect(trade()).to.include({ order_state: 5, frozen: 0, refunded: 1_880 });
  });

  it('a payment outside of the mini-program is not managed', async () => {
    const { payer: _, ...prepay } = prepayBody('http://127.0.0.1:9/notify');
    const { json } = await callPay(simulator.uri, 'POST', '/v3/pay/transactions/native', prepay);
    simulator.payByScan({ codeUrl: json.code_url, openId });
    expect(simulator.ledger().trades).to.have.length(1);
    expect(simulator.ledger().orders).to.have.length(2);
  });

  it('what is not shipped cannot be received', () => {
    expect(() => simulator.confirmReceipt(number())).to.throw('only what is shipped');
    expect(() => simulator.confirmReceipt({ mchId, outTradeNo: 'unknown' })).to.throw('no payment');
  });

  it('after 48 hours an unshipped order is reminded of, once, and a shipped one never', async () => {
    await simulator.clock.advance(47 * hour);
    expect(platform.pushed()).to.deep.equal([]);
    await simulator.clock.advance(2 * hour);
    const [reminder, ...others] = platform.pushed();
    expect(others).to.deep.equal([]);
    expect(reminder).to.include({
      Event: 'trade_manage_remind_shipping',
      transaction_id: order.transactionId,
      merchant_id: mchId,
      merchant_trade_no: order.outTradeNo,
    });
    expect(reminder?.pay_time).to.be.closeTo(now(), 5);
    order = platform.pay();
    await ship();
    await simulator.clock.advance(9 * day);
    expect(platform.pushed('trade_manage_remind_shipping')).to.have.length(1);
  });

  it('an app that has never shipped is asked daily to use the API, until it has', async () => {
    await platform.close();
    await start({ isManaged: true, hasShipped: false });
    await simulator.clock.advance(49 * hour);
    expect(platform.pushed().map(({ Event }) => Event)).to.deep.equal(
      Array(3).fill('trade_manage_remind_access_api'),
    );
    await ship();
    platform.pay();
    await simulator.clock.advance(49 * hour);
    expect(platform.pushed('trade_manage_remind_access_api')).to.have.length(3);
    expect(platform.pushed('trade_manage_remind_shipping')).to.have.length(1);
  });

  it('an app that comes under management is told so', async () => {
    simulator.manageTrades({ appId, isManaged: false });
    platform.pay();
    simulator.manageTrades({ appId, isManaged: true });
    await simulator.clock.advance(0);
    expect(platform.pushed().map(({ Event }) => Event)).to.have.members([
      'wxa_trade_controlled',
      'trade_manage_remind_access_api',
    ]);
    expect(simulator.ledger().trades).to.have.length(1);
  });

  it('a pre-sale is reminded of after its own day, a test never', async () => {
    const special = (change: object): Promise<WechatAnswer> =>
      call('opspecialorder', { order_id: order.transactionId, ...change });
    expect(await special({ type: 3 })).to.include({ errcode: 268546000 });
    expect(await special({ type: 2, order_id: 'unknown' })).to.include({ errcode: 268546002 });
    for (const days of [14, 331]) {
      const delay_to = now() + days * 86_400;
      expect(await special({ type: 1, delay_to })).to.include({ errcode: 268546001 });
    }
    expect(await special({ type: 1, delay_to: now() + 20 * 86_400 })).to.include({ errcode: 0 });
    const { outTradeNo } = platform.pay();
    expect(await special({ type: 2, order_id: outTradeNo })).to.include({ errcode: 0 });
    await simulator.clock.advance(20 * day - minute);
    expect(platform.pushed()).to.deep.equal([]);
    await simulator.clock.advance(2 * minute);
    expect(platform.pushed()).to.have.length(1);
    expect(platform.pushed()[0]).to.include({ transaction_id: order.transactionId });
  });

  it('the buyer is asked once to confirm what came by express', async () => {
    const ask = (received_time = now() + 60): Promise<WechatAnswer> =>
      call('notify_confirm_receive', { transaction_id: order.transactionId, received_time });
    expect(await ask()).to.include({ errcode: 10060028 });
    await ship();
    expect(await ask(now() - 3_600)).to.include({ errcode: 10060029 });
    expect(await ask()).to.include({ errcode: 0 });
    expect(await ask()).to.include({ errcode: 10060030 });
    order = platform.pay();
    await ship(4);
    expect(await ask()).to.include({ errcode: 10060032 });
    order = { ...order, transactionId: 'unknown' };
    expect(await ask()).to.include({ errcode: 10060001 });
  });

  it('orders are listed in pages, by state, payer and time', async () => {
    for (let index = 0; index < 4; index += 1) platform.pay();
    await ship();
    const list = async (
      body: object,
    ): Promise<{ numbers: string[]; last_index: unknown; has_more: unknown }> => {
      const { order_list, last_index, has_more } = await call('get_order_list', body);
      const numbers = (order_list as { merchant_trade_no: string }[]).map((one) => one.merchant_trade_no);
      return { numbers, last_index, has_more };
    };
    const { numbers: all, has_more } = await list({});
    expect(all).to.have.length(5);
    expect(has_more).to.equal(false);
    const first = await list({ page_size: 3 });
    expect(first).to.include({ has_more: true });
    const rest = await list({ page_size: 3, last_index: first.last_index });
    expect([...first.numbers, ...rest.numbers]).to.deep.equal(all);
    expect(rest).to.include({ has_more: false });
    expect((await list({ order_state: 2 })).numbers).to.deep.equal([order.outTradeNo]);
    expect((await list({ openid: 'oSomebodyElse' })).numbers).to.deep.equal([]);
    expect((await list({ pay_time_range: { end_time: now() - 3_600 } })).numbers).to.deep.equal([]);
    expect((await list({ pay_time_range: { begin_time: now() - 3_600 } })).numbers).to.have.length(5);
    simulator.faults.set({ trade_visible_after_ms: minute });
    platform.pay();
    simulator.payDirectly({
      mchId: otherMerchant.mchId,
      appId: otherAppId,
      openId: 'oOfAnotherApp',
      outTradeNo: 'of-another-app',
      totalFen: 1,
      notifyUrl: platform.receiver.url,
    });
    expect((await list({})).numbers).to.deep.equal(all);
    await simulator.clock.advance(minute);
    expect((await list({})).numbers).to.have.length(6);
    expect(await call('get_order_list', { last_index: 'x' })).to.include({ errcode: 10060011 });
  });

  it('the pages that WeChat opens are set, the order’s with its number in it', async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: WeChat itself fills this in
    const path = 'pages/order?id=${商品订单号}';
    expect(await call('update_order_detail_path', { path: 'pages/order' })).to.include({ errcode: 10060035 });
    expect(await call('update_order_detail_path', { path })).to.include({ errcode: 0 });
    expect(await call('get_order_detail_path', {})).to.deep.include({ errcode: 0, path });
    expect(await call('set_msg_jump_path', {})).to.include({ errcode: 47001 });
    expect(await call('set_msg_jump_path', { path: 'pages/order' })).to.include({ errcode: 0 });
    expect(simulator.ledger().app_trades[appId]).to.include({
      msg_jump_path: 'pages/order',
      order_detail_path: path,
    });
  });

  it('carriers are listed by their ids', async () => {
    const answer = await platform.post('/cgi-bin/express/delivery/open_msg/get_delivery_list');
    expect(answer.delivery_list).to.deep.include({ delivery_id: 'SF', delivery_name: '顺丰速运' });
    expect(answer.count).to.equal((answer.delivery_list as unknown[]).length);
  });

  it('what buyers do can be done by control calls', async () => {
    const control = (name: string, body: object) =>
      callJson('POST', `${simulator.uri}/simulator/trades/${name}`, body);
    const ids = { mchid: mchId, out_trade_no: order.outTradeNo };
    await ship();
    const complained = await control('complaint', { ...ids, open: true });
    expect(JSON.parse(complained.text)).to.include({ in_complaint: true, order_state: 2 });
    const received = await control('receive', ids);
    expect(JSON.parse(received.text)).to.include({ order_state: 6 });
    expect((await control('receive', ids)).status).to.equal(409);
    expect((await control('manage', { appid: appId, managed: false })).status).to.equal(200);
    expect((await control('manage', { appid: 'wx-unknown', managed: false })).status).to.equal(404);
  });
});
