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
