import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { Simulator } from '../index.ts';
import { type Answer, appId, newOutTradeNo, openId } from '../wechat-simulator.fixture.test.ts';
import {
  createPayPlatform,
  day,
  mchId,
  minute,
  type PayPlatform,
  totalFen,
} from './pay-platform.fixture.test.ts';

describe('wechat-simulator: refunds', () => {
  let platform: PayPlatform;
  let simulator: Simulator;
  beforeEach(async () => {
    platform = await createPayPlatform();
    simulator = platform.simulator;
  });
  afterEach(() => platform.close());

  const refund = (outTradeNo: string, change: Record<string, unknown> = {}): Promise<Answer> =>
    platform.post('/refund/domestic/refunds', {
      out_trade_no: outTradeNo,
      out_refund_no: `R-${newOutTradeNo()}`,
      notify_url: platform.receiver.url,
      amount: { refund: 300, total: totalFen, currency: 'CNY' },
      ...change,
    });
  const query = async (outRefundNo: string): Promise<Record<string, unknown>> =>
    JSON.parse((await platform.get(`/refund/domestic/refunds/${outRefundNo}`)).text) as Record<
      string,
      unknown
    >;

  it('a refund is accepted as PROCESSING, succeeds, and is announced', async () => {
    const outTradeNo = platform.pay();
    const { status, text } = await refund(outTradeNo, { out_refund_no: 'R-ONE' });
    const accepted = JSON.parse(text) as Record<string, unknown>;
    expect(status, text).to.equal(200);
    expect(accepted).to.include({ status: 'PROCESSING', out_refund_no: 'R-ONE', out_trade_no: outTradeNo });
    expect(accepted).not.to.have.property('success_time');
    await simulator.clock.advance(10_000);
    expect(await query('R-ONE')).to.include({ status: 'SUCCESS' });
    const [notification] = platform.told();
    expect(notification?.type).to.equal('REFUND.SUCCESS');
    expect(notification?.resource).to.deep.include({
      mchid: mchId,
      out_refund_no: 'R-ONE',
      refund_id: accepted.refund_id,
      refund_status: 'SUCCESS',
      amount: { total: totalFen, refund: 300, payer_total: totalFen, payer_refund: 300 },
    });
    const order = await platform.get(`/pay/transactions/out-trade-no/${outTradeNo}?mchid=${mchId}`);
    expect(order.json.trade_state).to.equal('REFUND');
    expect(simulator.ledger(outTradeNo).refunds).to.deep.include({
      mchid: mchId,
      out_trade_no: outTradeNo,
      out_refund_no: 'R-ONE',
      refund_id: accepted.refund_id,
      refund: 300,
      status: 'SUCCESS',
    });
  });

  it('ABNORMAL has no time of success and may succeed later; CLOSED is final', async () => {
    simulator.faults.set({ refund_course: 'ABNORMAL' });
    await refund(platform.pay(), { out_refund_no: 'R-LATER' });
    await simulator.clock.advance(10_000);
    expect(await query('R-LATER')).to.include({ status: 'ABNORMAL' });
    simulator.settleRefund(mchId, 'R-LATER', 'SUCCESS');
    simulator.faults.set({ refund_course: 'CLOSED' });
    await refund(platform.pay(), { out_refund_no: 'R-CLOSED' });
    await simulator.clock.advance(10_000);
    expect(platform.told().map(({ type }) => type)).to.deep.equal([
      'REFUND.ABNORMAL',
      'REFUND.SUCCESS',
      'REFUND.CLOSED',
    ]);
    expect(platform.told()[0]?.resource).not.to.have.property('success_time');
    expect(platform.told()[2]?.resource).not.to.have.property('success_time');
    const settled = await platform.control('/refunds/settle', {
      mchid: mchId,
      out_refund_no: 'R-CLOSED',
      course: 'SUCCESS',
    });
    expect(settled.json.code).to.equal('REFUND_CLOSED');
  });

  it('a refund can stay PROCESSING until it is settled', async () => {
    simulator.faults.set({ refund_course: 'PROCESSING' });
    await refund(platform.pay(), { out_refund_no: 'R-SLOW' });
    await simulator.clock.advance(7 * day);
    expect(await query('R-SLOW')).to.include({ status: 'PROCESSING' });
    const settled = await platform.control('/refunds/settle', {
      mchid: mchId,
      out_refund_no: 'R-SLOW',
      course: 'CLOSED',
    });
    expect(settled.json.notification_id).to.be.a('string');
    expect(await query('R-SLOW')).to.include({ status: 'CLOSED' });
  });

  it('asking again with the same number gives the same refund; with another amount it is refused', async () => {
    const outTradeNo = platform.pay();
    const first = await refund(outTradeNo, { out_refund_no: 'R-SAME' });
    const second = await refund(outTradeNo, { out_refund_no: 'R-SAME' });
    const idOf = ({ text }: Answer): unknown => (JSON.parse(text) as Record<string, unknown>).refund_id;
    expect(idOf(second)).to.equal(idOf(first));
    const other = await refund(outTradeNo, {
      out_refund_no: 'R-SAME',
      amount: { refund: 301, total: totalFen, currency: 'CNY' },
    });
    expect([other.status, other.json.code]).to.deep.equal([400, 'INVALID_REQUEST']);
    await simulator.clock.advance(10_000);
    expect(platform.receiver.received).to.have.length(1);
  });

  it('sums, spacing, amounts and numbers that do not exist are refused', async () => {
    const outTradeNo = platform.pay();
    const amount = (refundFen: number, total = totalFen) => ({
      amount: { refund: refundFen, total, currency: 'CNY' },
    });
    const codeOf = async (answer: Promise<Answer>): Promise<string> => (await answer).json.code;
    expect(await codeOf(refund(outTradeNo, amount(1, 999)))).to.equal('INVALID_REQUEST');
    expect(await codeOf(refund(outTradeNo, amount(0)))).to.equal('PARAM_ERROR');
    expect((await refund(outTradeNo, amount(800))).status).to.equal(200);
    expect(await codeOf(refund(outTradeNo, amount(100)))).to.equal('FREQUENCY_LIMITED');
    await simulator.clock.advance(minute);
    expect(await codeOf(refund(outTradeNo, amount(300)))).to.equal('INVALID_REQUEST');
    expect((await refund(outTradeNo, amount(200))).status).to.equal(200);
    expect(await codeOf(refund('NO-SUCH-ORDER'))).to.equal('RESOURCE_NOT_EXISTS');
    expect((await query('R-NOBODY')).code).to.equal('RESOURCE_NOT_EXISTS');
    expect(await codeOf(refund(outTradeNo, { notify_url: 'http://127.0.0.1/?a=1' }))).to.equal('PARAM_ERROR');
  });

  it('the refund API can be made to act and then fail to say so', async () => {
    simulator.faults.set({ api: [{ api: 'refund', moment: 'after', answer: { status: 500 }, times: 1 }] });
    expect((await refund(platform.pay(), { out_refund_no: 'R-DONE' })).status).to.equal(500);
    expect(await query('R-DONE')).to.include({ out_refund_no: 'R-DONE' });
    expect(simulator.ledger().calls.counts).to.include({ refund: 1, refund_query: 1 });
  });

  it('a refund in the console has a number of its own and is announced where an address is known', async () => {
    const silentOrder = platform.pay();
    const { notification } = simulator.refundAtConsole(mchId, silentOrder);
    expect(notification).to.equal(undefined);
    const outTradeNo = platform.pay();
    const made = await platform.control('/refunds', {
      mchid: mchId,
      out_trade_no: outTradeNo,
      refund: 400,
      notify_url: platform.receiver.url,
    });
    expect(made.status, made.text).to.equal(200);
    const rest = simulator.refundAtConsole(mchId, outTradeNo, {
      notifyUrl: platform.receiver.url,
      course: 'ABNORMAL',
    });
    expect(rest.refund.refundFen).to.equal(600);
    expect(() => simulator.refundAtConsole(mchId, outTradeNo)).to.throw('0 fen');
    await simulator.clock.advance(1_000);
    expect(platform.told().map(({ type }) => type)).to.deep.equal(['REFUND.SUCCESS', 'REFUND.ABNORMAL']);
    for (const { resource } of platform.told())
      expect(resource.out_refund_no).to.match(/^[0-9A-Za-z_\-|*@]{1,64}$/);
    expect(() => simulator.refundAtConsole(mchId, 'NOT-PAID')).to.throw('no payment');
  });

  it('a console refund goes to the merchant platform’s address, and so does one that names none', async () => {
    const answer = await platform.control('/merchant-address', {
      mchid: mchId,
      notify_url: `${platform.receiver.url}/refunds`,
    });
    expect(answer.status).to.equal(200);
    simulator.refundAtConsole(mchId, platform.pay());
    await refund(platform.pay(), { notify_url: undefined });
    await simulator.clock.advance(10_000);
    expect(platform.receiver.received.map(({ url }) => url.endsWith('/refunds'))).to.deep.equal([true, true]);
  });

  it('a payment re-sent after its refund says SUCCESS still', async () => {
    const outTradeNo = newOutTradeNo();
    const payment = { mchId, appId, openId, outTradeNo, totalFen, notifyUrl: platform.receiver.url };
    const { notification } = simulator.payDirectly(payment);
    await simulator.clock.advance(1_000);
    simulator.refundAtConsole(mchId, outTradeNo, { notifyUrl: platform.receiver.url });
    await simulator.clock.advance(1_000);
    await simulator.resend(notification.id);
    expect(platform.told().map(({ type }) => type)).to.deep.equal([
      'TRANSACTION.SUCCESS',
      'REFUND.SUCCESS',
      'TRANSACTION.SUCCESS',
    ]);
    expect(platform.told()[2]?.resource.trade_state).to.equal('SUCCESS');
  });
});
