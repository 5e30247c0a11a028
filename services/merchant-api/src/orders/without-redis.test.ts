import { type AroundPorts, type CaseResource, toApplyPaymentJobId } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { ask, mchId, orderRequest, type RunningApi, startMerchantApi } from '../merchant-api.fixture.test.ts';

const appId = 'wx8888888888888888';

describe('while Redis is away', () => {
  let api: RunningApi;
  let failures = 0;
  let partFailures = 0;
  /** Redis takes nothing, and MongoDB not the second part of the next combined order. */
  const aroundPorts: AroundPorts = (ports) => {
    const around = { ...ports } as Record<string, unknown>;
    if ('producer' in ports) around.producer = { add: refuse, isReady: () => false, close: async () => {} };
    return withFailingParts(around) as typeof ports;
  };
  const refuse = async (): Promise<never> => {
    failures += 1;
    throw new AppError('QUEUE_UNAVAILABLE');
  };
  function withFailingParts(ports: Record<string, unknown>): Record<string, unknown> {
    const store = ports.store as RunningApi['context']['store'] | undefined;
    if (store === undefined) return ports;
    const register: typeof store.orders.register = async (order) => {
      if (partFailures === 0 || order.outTradeNo.endsWith('-0') || order.combineOutTradeNo === undefined)
        return store.orders.register(order);
      partFailures -= 1;
      throw new AppError('STORE_UNAVAILABLE');
    };
    return { ...ports, store: { ...store, orders: { ...store.orders, register } } };
  }
  before(async () => {
    api = await startMerchantApi({ aroundPorts });
  });
  after(() => api.close());

  const headers = () => ({ authorization: `Bearer ${api.key}`, 'content-type': 'application/json' });
  const post = (path: string, body?: unknown) =>
    ask(`${api.uri}${path}`, {
      method: 'POST',
      headers: headers(),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  it('a payment that a query found is left to the reconciler, which asks again at once', async () => {
    const request = orderRequest();
    const { body } = await api.post(request);
    api.simulator.pay({ appId, ...body.payment }, { drop: 20 });
    const asked = await post(`/v1/orders/${request.out_trade_no}/query`);
    expect(asked.status).to.equal(200);
    expect(asked.body).to.deep.include({ outcome: 'later' });
    expect(failures).to.equal(1);
    const order = await api.context.store.orders.find(mchId, request.out_trade_no);
    expect(order?.nextQueryAt?.getTime()).to.be.at.most(Date.now());
  });

  it('a case that somebody wants delivered is decided, and left to the reconciler', async () => {
    const payment = {
      type: 'payment.succeeded' as const,
      mchId,
      appId,
      outTradeNo: orderRequest().out_trade_no,
      transactionId: '4200000000202611220000000001',
      amountFen: 1,
      currency: 'CNY',
      tradeType: 'JSAPI',
    };
    await api.post(orderRequest({ out_trade_no: payment.outTradeNo, prepay: false }));
    const jobId = toApplyPaymentJobId(payment);
    await api.context.store.deadLetters.store({
      queue: 'payment-event',
      jobId,
      jobName: 'apply-payment',
      payload: {
        requestId: 'r',
        callbackKey: 'k',
        notificationId: 'n',
        receivedAt: '2026-11-22T10:00:00Z',
        payment,
      },
      errorCode: 'ORDER_AMOUNT_DIFFERS',
      reason: 'x',
      details: {},
      attempts: 1,
      firstAttemptAt: new Date(),
      failedAt: new Date(),
    });
    const decision = { decision: 'deliver', note: 'x', decided_by: 'y' };
    const answer = await post(`/v1/cases/${jobId}/decision`, decision);
    expect(answer.status).to.equal(200);
    const read = await ask(`${api.uri}/v1/cases/${jobId}`, { headers: headers() });
    const shown = (read.body as unknown as { case: CaseResource }).case;
    expect(shown.state, 'a reconciler does it once Redis is there').to.equal('under_way');
    expect(shown.history.map(({ action }) => action)).to.deep.equal(['decided']);
  });

  it('a combined order that broke off half registered is completed by a repeat', async () => {
    const number = orderRequest().out_trade_no;
    const request = {
      combine_appid: appId,
      combine_out_trade_no: number,
      scene_info: { payer_client_ip: '14.23.150.211' },
      sub_orders: [0, 1].map((index) => ({
        out_trade_no: `${number}-${index}`,
        description: 'tea',
        amount: { total: 1 },
        logistics_type: 3,
      })),
      combine_payer_info: { openid: 'o-buyer' },
    };
    partFailures = 1;
    const calls = () => api.simulator.ledger().calls.counts.prepay ?? 0;
    const before = calls();
    expect((await post('/v1/combined-orders', request)).status).to.equal(503);
    const unsigned = await post(`/v1/combined-orders/${number}/payment`);
    expect([unsigned.body.code, unsigned.body.detail]).to.deep.equal([
      'ORDER_NOT_PAYABLE',
      'The order is not registered in full.',
    ]);
    expect(calls()).to.equal(before);
    expect((await post('/v1/combined-orders', request)).status).to.equal(200);
    expect(calls()).to.equal(before + 1);
  });
});
