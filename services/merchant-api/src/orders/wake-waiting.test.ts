import { type AroundPorts, type JobData, toApplyPaymentJobId } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { createProducer, createQueueReader, type Producer, type QueueReader } from '@huidiao/queue';
import { createLogger, createMetrics } from '@huidiao/runtime';
import { dropTestDatabase } from '@huidiao/store';
import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { after, afterEach, before, describe, it } from 'mocha';
import {
  ask,
  mchId,
  newOutTradeNo,
  orderRequest,
  otherMchId,
  type RunningApi,
  startMerchantApi,
} from '../merchant-api.fixture.test.ts';

const appId = 'wx8888888888888888';
const minuteMs = 60_000;

describe('a callback that came before its order', () => {
  let api: RunningApi;
  let producer: Producer;
  let queues: QueueReader;
  let isRedisAway = false;
  let wakes = 0;
  const aroundPorts: AroundPorts = (ports) => {
    if (!('producer' in ports)) return ports;
    const real = ports.producer as Producer;
    const addNow: Producer['addNow'] = async (job) => {
      wakes += 1;
      if (isRedisAway) throw new AppError('QUEUE_UNAVAILABLE');
      await real.addNow(job);
    };
    return { ...ports, producer: { ...real, addNow } };
  };

  before(async () => {
    api = await startMerchantApi({ aroundPorts });
    const { redis } = api.context.config;
    const logger = createLogger({ service: 'test', level: 'silent' });
    const metrics = createMetrics({ service: 'test' });
    const settings = { redis, prefix: redis.prefix, logger };
    producer = createProducer({
      ...settings,
      durability: 'always',
      waitReplicas: 0,
      deadlineMs: 5_000,
      metrics,
    });
    queues = createQueueReader(settings);
    await waitFor('the producer', () => producer.isReady());
  });
  afterEach(() => {
    isRedisAway = false;
    wakes = 0;
  });
  after(async () => {
    await producer?.close();
    await queues?.close();
    await api?.close();
    if (api !== undefined) await dropTestDatabase(api.context.config.mongo.uri);
  });

  /** Puts a payment off for as long as its next look may be away. */
  async function putOff(outTradeNo: string, { owner = mchId, isInRedis = true } = {}): Promise<string> {
    const data = toPayment(outTradeNo, owner);
    const id = toApplyPaymentJobId(data.payment);
    const job = { id, name: 'apply-payment', data, lane: 'bulk' } as const;
    await api.context.store.waitingJobs.keep({ ...job, order: { mchId: owner, outTradeNo } });
    if (isInRedis) await producer.add({ ...job, delayMs: 10 * minuteMs });
    return id;
  }
  /** Whether it is to run now; undefined where Redis does not have it. */
  async function isDue(id: string): Promise<boolean | undefined> {
    const due = await queues.list('payment-event', 'waiting', 100, 'bulk');
    if (due.some((job) => job.id === id)) return true;
    return (await queues.find('payment-event', id)) === undefined ? undefined : false;
  }

  it('is worked on at once when its order is registered, with a prepay and without, and others wait on', async () => {
    for (const prepay of [false, true]) {
      const request = orderRequest({ prepay });
      const [id, other] = [await putOff(request.out_trade_no), await putOff(newOutTradeNo())];
      expect(await isDue(id)).to.equal(false);
      expect((await api.post(request)).status).to.equal(201);
      expect([await isDue(id), await isDue(other)]).to.deep.equal([true, false]);
    }
    expect(wakes).to.equal(2);
  });

  it('is worked on where Redis has lost it', async () => {
    const request = orderRequest({ prepay: false });
    const id = await putOff(request.out_trade_no, { isInRedis: false });
    await api.post(request);
    expect(await isDue(id)).to.equal(true);
  });

  it('is woken by the repetition of a request that did not live to do it; the first one fails for nothing', async () => {
    const request = orderRequest({ prepay: false });
    const id = await putOff(request.out_trade_no);
    isRedisAway = true;
    expect((await api.post(request)).status).to.equal(201);
    expect(await isDue(id)).to.equal(false);
    isRedisAway = false;
    expect((await api.post(request)).status).to.equal(200);
    expect(await isDue(id)).to.equal(true);
  });

  it('is not looked for in Redis where nothing waits, and not where the number belongs to another order', async () => {
    const request = orderRequest({ prepay: false });
    await api.post(request);
    expect(wakes).to.equal(0);
    const id = await putOff(request.out_trade_no);
    expect((await api.post({ ...request, amount: { total: 1 } })).status).to.equal(409);
    expect(await isDue(id)).to.equal(false);
  });

  it('is worked on when the combined order of its part is registered, whichever merchant it names', async () => {
    const number = newOutTradeNo();
    const parts = [{}, { mchid: otherMchId }].map((owner, index) => ({
      ...owner,
      out_trade_no: `${number}-${index}`,
      description: '龙井茶',
      amount: { total: 100 },
      logistics_type: 3,
    }));
    const ids = [await putOff(`${number}-0`), await putOff(`${number}-1`, { owner: otherMchId })];
    const answer = await ask(`${api.uri}/v1/combined-orders`, {
      method: 'POST',
      headers: { authorization: `Bearer ${api.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        combine_appid: appId,
        combine_out_trade_no: number,
        scene_info: { payer_client_ip: '203.0.113.7' },
        sub_orders: parts,
        combine_payer_info: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' },
      }),
    });
    expect(answer.status).to.equal(201);
    expect(await Promise.all(ids.map(isDue))).to.deep.equal([true, true]);
  });
});

let payments = 0;

function toPayment(outTradeNo: string, owner: string): JobData<'apply-payment'> {
  payments += 1;
  return {
    requestId: 'request',
    callbackKey: `payment-${payments}`,
    notificationId: 'notification',
    eventType: 'TRANSACTION.SUCCESS',
    receivedAt: '2026-11-22T08:00:00Z',
    payment: {
      type: 'payment.succeeded',
      mchId: owner,
      appId,
      outTradeNo,
      transactionId: `4200000000202611220000${String(payments).padStart(6, '0')}`,
      amountFen: 12_345,
      currency: 'CNY',
      tradeType: 'JSAPI',
    },
  };
}
