import { readOrderResponse } from '@huidiao/contracts';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { mchId, orderRequest, type RunningApi, startMerchantApi } from '../merchant-api.fixture.test.ts';

describe('GET /v1/orders/{out_trade_no}', () => {
  let api: RunningApi;
  before(async () => {
    api = await startMerchantApi();
  });
  after(() => api.close());

  it('shows the order, what it waits for, and its time line', async () => {
    const request = orderRequest({ out_trade_no: `t|*_-${Date.now()}` });
    await api.post(request);
    const { orders } = api.context.store;
    const order = await orders.find(mchId, request.out_trade_no);
    if (order === undefined) throw new Error('the order is not stored');
    const effect = {
      id: 'e1',
      job: 'fulfil-order' as const,
      dueAt: new Date('2026-11-22T00:00:00Z'),
      requestId: 'r',
    };
    const payment = {
      type: 'payment.succeeded' as const,
      mchId,
      appId: order.appId,
      outTradeNo: order.outTradeNo,
      transactionId: `42${Date.now()}`,
      amountFen: order.amountFen,
      currency: 'CNY',
      tradeType: 'JSAPI',
      openId: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
      successTime: '2026-11-22T08:00:00+08:00',
    };
    await orders.pay(order, payment, { eventKey: 'payment', effects: [effect] });
    const receivedAt = new Date('2026-11-22T00:00:01Z');
    await api.context.store.callbacks.record({
      key: `payment_${payment.transactionId}`,
      mchId,
      notificationId: 'notification-1',
      eventType: payment.type,
      receivedAt,
      requestId: 'request-1',
      outTradeNo: order.outTradeNo,
      outcome: 'paid',
    });

    const answer = await api.get(request.out_trade_no);
    expect(answer.status).to.equal(200);
    const shown = readOrderResponse.parse(answer.body);
    expect(shown).to.include({
      mchid: mchId,
      out_trade_no: request.out_trade_no,
      status: 'paid',
      transaction_id: payment.transactionId,
      paid_at: '2026-11-22T00:00:00.000Z',
    });
    expect(shown.callbacks).to.deep.equal([
      {
        notification_id: 'notification-1',
        event_type: 'payment.succeeded',
        outcome: 'paid',
        first_received_at: receivedAt.toISOString(),
        last_received_at: receivedAt.toISOString(),
        times: 1,
        request_id: 'request-1',
      },
    ]);
    expect(shown.pending).to.deep.equal([{ job: 'fulfil-order', due_at: '2026-11-22T00:00:00.000Z' }]);
    expect(shown.time_line.map(({ event }) => event)).to.deep.equal(['created', 'prepaid', 'paid']);
    expect(shown.time_line[2]).to.include({ transaction_id: payment.transactionId });
  });

  it('never shows the openid', async () => {
    const request = orderRequest({ payer: { openid: 'oNobodyMaySeeThis0001' } });
    const created = await api.post(request);
    const { orders } = api.context.store;
    const entry = { event: 'noted', openId: 'oNobodyMaySeeThis0001', payerOpenid: 'oNobodyMaySeeThis0001' };
    await orders.noteEvent(mchId, request.out_trade_no, 'key', entry);
    const read = await api.get(request.out_trade_no);
    expect(read.body.time_line.at(-1)?.event).to.equal('noted');
    expect(JSON.stringify([created.body, read.body])).to.not.contain('oNobodyMaySeeThis0001');
  });

  it('is 404 for an order of another merchant, just as for one that does not exist', async () => {
    const request = orderRequest();
    await api.post(request);
    const others = await api.get(request.out_trade_no, api.otherKey);
    const nobodys = await api.get('no-such-order', api.otherKey);
    for (const answer of [others, nobodys]) {
      expect(answer.status).to.equal(404);
      expect(answer.body.code).to.equal('ORDER_NOT_FOUND');
    }
    expect({ ...others.body, request_id: '' }).to.deep.equal({ ...nobodys.body, request_id: '' });
  });

  describe('asked by a user', () => {
    /** The answer to whoever is logged in so. */
    async function readAs(outTradeNo: string, user: { openId: string }) {
      const session = { mchId, appId, ...user, expiresAt: new Date(Date.now() + 60_000) };
      const { token } = await api.context.store.sessions.create(session);
      return await api.get(outTradeNo, token);
    }
    const appId = 'wx8888888888888888';
    const buyer = 'oTheBuyer00000000001';
    const payer = 'oThePayer00000000001';

    async function newPaidOrder() {
      const request = orderRequest({ payer: { openid: buyer } });
      await api.post(request);
      const { orders } = api.context.store;
      const order = (await orders.find(mchId, request.out_trade_no)) ?? expect.fail('not stored');
      const { outTradeNo, amountFen } = order;
      const transactionId = `43${Date.now()}`;
      const paid = { mchId, appId, outTradeNo, transactionId, amountFen, openId: payer };
      const payment = { ...paid, type: 'payment.succeeded', currency: 'CNY', tradeType: 'JSAPI' } as const;
      await orders.pay(order, payment, { eventKey: 'payment', effects: [] });
      return outTradeNo;
    }

    it('shows them what they bought, or paid for another', async () => {
      const outTradeNo = await newPaidOrder();
      for (const openId of [buyer, payer]) {
        const { status, body } = await readAs(outTradeNo, { openId });
        expect([status, readOrderResponse.parse(body).out_trade_no]).to.deep.equal([200, outTradeNo]);
      }
    });

    it('shows them when what happened, and nothing that the staff wrote about it', async () => {
      const outTradeNo = await newPaidOrder();
      const decided = { event: 'case.decided', by: 'Clerk', note: 'looks like a fraud' };
      await api.context.store.orders.noteEvent(mchId, outTradeNo, 'decided', decided);
      expect(JSON.stringify((await api.get(outTradeNo)).body)).to.contain('looks like a fraud');
      const { body } = await readAs(outTradeNo, { openId: buyer });
      const { time_line, callbacks } = readOrderResponse.parse(body);
      expect(time_line.map((entry) => Object.keys(entry).sort().join())).to.satisfy((keys: string[]) =>
        keys.every((each) => each === 'at,event'),
      );
      expect(time_line.map(({ event }) => event))
        .to.include('created')
        .and.not.include('case.decided');
      expect(callbacks).to.deep.equal([]);
    });

    it('shows them that money comes back, and not how the shop stands with WeChat Pay', async () => {
      const outTradeNo = await newPaidOrder();
      const body = { out_refund_no: `r-${outTradeNo}`, amount: { refund: 100 }, reason: '缺货' };
      await api.client.createRefund({ params: { out_trade_no: outTradeNo }, body });
      const shown = readOrderResponse.parse((await api.get(outTradeNo)).body);
      expect(shown.pending).to.not.deep.equal([]);
      expect(shown.refund_requests[0]).to.include({ state: 'requested', waits_for: 'turn' });

      const theirs = readOrderResponse.parse((await readAs(outTradeNo, { openId: buyer })).body);
      expect(theirs).to.deep.include({ pending: [] }).and.not.have.any.keys('attach', 'held', 'settlement');
      const [refund = expect.fail('no refund')] = theirs.refund_requests;
      const { state, amount, reason, ...others } = refund;
      expect({ state, amount: amount.refund, reason }).to.deep.equal({
        state: 'processing',
        amount: 100,
        reason: '缺货',
      });
      expect(others).to.have.all.keys('out_trade_no', 'out_refund_no', 'requested_at', 'state_at');
    });

    it('is 404 for another user’s order, just as for one that does not exist', async () => {
      const outTradeNo = await newPaidOrder();
      const openId = 'oSomebodyElse0000001';
      const others = await readAs(outTradeNo, { openId });
      const nobodys = await readAs('no-such-order', { openId });
      expect([others.status, others.body.code]).to.deep.equal([404, 'ORDER_NOT_FOUND']);
      expect({ ...others.body, request_id: '' }).to.deep.equal({ ...nobodys.body, request_id: '' });
    });

    it('is 404 for whoever has the buyer’s openid in another app', async () => {
      const outTradeNo = `t-${Date.now()}-of-other-app`.slice(0, 32);
      const bought = { mchId, appId: 'wx7777777777777777', outTradeNo, openId: buyer };
      const amount = { amountFen: 8_800, currency: 'CNY', logisticsType: 3 as const };
      const rest = { description: 'Tea', timeExpire: new Date(), prepay: false, contentHash: 'hash' };
      await api.context.store.orders.register({ ...bought, ...amount, ...rest });
      expect((await readAs(outTradeNo, { openId: buyer })).status).to.equal(404);
      expect((await api.get(outTradeNo)).status, 'which its merchant sees').to.equal(200);
    });
  });

  for (const number of [
    'x',
    '../../etc/passwd',
    'a b c d e f',
    '1900000002/t-1',
    'é'.repeat(20),
    '\u0000\u0000\u0000',
  ]) {
    it(`is 404 for a number that cannot be one: ${JSON.stringify(number)}`, async () => {
      expect((await api.get(number)).status).to.equal(404);
    });
  }
});
