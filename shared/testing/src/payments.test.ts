import { type JobData, type JobName, type Merchant, toCountedJobId } from '@huidiao/contracts';
import { createProducer, toKeyPrefix } from '@huidiao/queue';
import { createLogger, createMetrics } from '@huidiao/runtime';
import type { StoredDeadLetter } from '@huidiao/store';
import { buildSignedNotification, makeTransaction, type SignedNotification } from '@huidiao/wechat-simulator';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { afterEach, describe, it } from 'mocha';
import {
  type Installation,
  type InstallationOptions,
  startInstallation,
  testMerchant,
} from './installation.ts';
import { waitFor } from './wait-for.ts';

const minuteMs = 60_000;

describe('what a payment means for an order', function () {
  this.timeout(60_000);
  let installation: Installation;
  let offsetMs = 0;
  const clock = { now: () => new Date(Date.now() + offsetMs) };

  async function start(
    merchant: Partial<Merchant> = {},
    without: InstallationOptions['without'] = ['message-worker'],
  ): Promise<void> {
    offsetMs = 0;
    installation = await startInstallation({
      merchant,
      without,
      orderWorker: { clock, random: () => 0 },
    });
  }
  afterEach(() => installation.close());

  type Facts = Partial<Parameters<typeof makeTransaction>[0]>;

  function sign(facts: Facts = {}): SignedNotification {
    const { privateKey, serial } = installation.simulator.signingKey;
    const transaction = {
      ...testMerchant,
      outTradeNo: 'TEA-000001',
      transactionId: '4200000000202611220000000001',
      totalFen: 8_800,
      openId: 'o-buyer',
      ...facts,
    };
    return buildSignedNotification({
      key: privateKey,
      serial,
      apiV3Key: installation.directory.merchants.get(testMerchant.mchId)?.apiV3Key ?? '',
      plaintext: makeTransaction(transaction),
    });
  }

  async function send({ headers, body }: SignedNotification): Promise<number> {
    const url = `http://127.0.0.1:${installation.ingressPort}/callbacks/wechat-pay/${testMerchant.mchId}`;
    return (await fetch(url, { method: 'POST', headers: headers as Record<string, string>, body })).status;
  }

  const notify = (facts: Facts = {}) => send(sign(facts));
  const register = () => installation.createOrder('TEA-000001', { prepay: false });
  const openDeadLetters = async () =>
    (await installation.store.deadLetters.list({ state: 'open', limit: 10 })).deadLetters;
  const deadLetter = (code: string) =>
    waitFor(`a dead letter ${code}`, async () => {
      const open = await openDeadLetters();
      return open.find((letter) => letter.errorCode === code);
    });
  const reached = (status: string) =>
    waitFor(`the order to be ${status}`, async () => {
      const order = await installation.readOrder('TEA-000001');
      return order.status === status ? order : undefined;
    });

  it('of another amount: nothing is delivered, and a dead letter names both figures', async () => {
    await start();
    await register();
    expect(await notify({ totalFen: 8_799 })).to.equal(204);
    const letter = await deadLetter('ORDER_AMOUNT_DIFFERS');
    expect(letter.details).to.include({ orderAmountFen: 8_800, paidAmountFen: 8_799 });
    const order = await installation.readOrder('TEA-000001');
    expect(order.status).to.equal('created');
    expect(order.time_line.map((entry) => entry.event)).to.include('payment.amount_differs');
    expect(installation.shop.ledger().requests).to.equal(0);
  });

  it('of another app: a dead letter', async () => {
    await start({ appIds: [testMerchant.appId, 'wxfedcba0987654321'] });
    await register();
    await notify({ appId: 'wxfedcba0987654321' });
    await deadLetter('ORDER_IDS_DIFFER');
    expect(installation.shop.ledger().requests).to.equal(0);
  });

  it('again: a re-send long after the job is gone changes nothing', async () => {
    await start();
    await register();
    await notify();
    const { time_line: before } = await reached('fulfilled');
    const { store, queues } = installation;
    const entry = await waitFor('the ledger entry', () => store.callbacks.find(callbackKey));
    expect(entry).to.include({ outcome: 'paid', times: 1 });

    await forgetCompletedJobs();
    expect(await notify()).to.equal(204);
    await waitFor('the second run', async () => (await store.callbacks.find(callbackKey))?.times === 2);
    expect((await installation.readOrder('TEA-000001')).time_line).to.deep.equal(before);
    await waitFor('quiet', async () => (await queues.counts('order-fulfilment')).active === 0);
    expect(installation.shop.ledger().requests).to.equal(1);
  });

  it('a second one of the same order: a dead letter names both transactions', async () => {
    await start();
    await register();
    await notify();
    await reached('fulfilled');
    await notify({ transactionId: '4200000000202611220000000002' });
    const letter = await deadLetter('ORDER_PAID_TWICE');
    expect(letter.details).to.include({
      firstTransactionId: '4200000000202611220000000001',
      secondTransactionId: '4200000000202611220000000002',
      paidAmountFen: 8_800,
    });
    const order = await installation.readOrder('TEA-000001');
    expect(order.status).to.equal('fulfilled');
    expect(order.time_line.map((entry) => entry.event)).to.include('payment.second');
    expect(installation.shop.ledger().requests).to.equal(1);
  });

  it('too late, where late payments are refunded: nothing is delivered, and it is given back', async () => {
    await start({ latePayment: 'refund' });
    await closeOrder();
    await notify();
    const { held, refund_requests: refunds } = await reached('paid');
    expect(held).to.equal('late');
    const transactionId = '4200000000202611220000000001';
    expect(refunds[0]).to.deep.include({
      transaction_id: transactionId,
      amount: { refund: 8_800, total: 8_800, currency: 'CNY' },
      requested_by: 'late_payment',
    });
    const entry = await waitFor('the ledger entry', () => installation.store.callbacks.find(callbackKey));
    expect(entry).to.include({ outcome: 'payment.late' });
    expect(installation.shop.ledger().requests).to.equal(0);
  });

  it('too late, where late payments are delivered: it is delivered', async () => {
    await start({ latePayment: 'deliver' });
    await closeOrder();
    await notify();
    const { time_line: timeLine } = await reached('fulfilled');
    expect(timeLine.find((entry) => entry.event === 'paid')).to.include({ late: true });
    expect(installation.shop.ledger().orders).to.have.length(1);
  });

  it('before its order: it waits, and is applied once the order is registered', async () => {
    await start();
    expect(await notify()).to.equal(204);
    await waitFor(
      'the job to wait',
      async () => (await installation.queues.counts('payment-event')).delayed === 1,
    );
    await register();
    await reached('fulfilled');
    expect(await openDeadLetters()).to.deep.equal([]);
  });

  it('of an order that nobody registers: no dead letter before ten minutes', async () => {
    await start();
    await notify();
    await postponed(1);
    offsetMs = 9 * minuteMs;
    await postponed(2);
    expect(await openDeadLetters()).to.deep.equal([]);
  });

  it('of an order that nobody registers: a dead letter after ten minutes', async () => {
    await start();
    await notify();
    await postponed(1);
    offsetMs = 11 * minuteMs;
    await deadLetter('ORDER_UNKNOWN');
  });

  it('of an order that nobody registers, with unknown_order forward: the shop is told of it', async () => {
    await start({ unknownOrder: 'forward' });
    await notify();
    await postponed(1);
    offsetMs = 11 * minuteMs;
    await waitFor('the shop to be told', () => installation.shop.ledger().unmatched.length === 1);
    expect(await openDeadLetters()).to.deep.equal([]);
  });

  it('while the shop is down: it is told again until it answers, and delivers once', async () => {
    await start();
    installation.shop.fail({ status: 500, times: 3 });
    await register();
    await notify();
    await reached('fulfilled');
    expect(installation.shop.ledger().requests).to.equal(4);
    expect(installation.shop.ledger().orders).to.have.length(1);
  });

  it('without a shop to tell: a dead letter, and the effect does not come back for ever', async () => {
    await start({ shop: undefined });
    await register();
    await notify();
    await deadLetter('SHOP_NOT_CONFIGURED');
    const order = await waitFor('the effect to be settled', async () => {
      const read = await installation.readOrder('TEA-000001');
      return read.pending.length === 0 && read.status === 'paid' ? read : undefined;
    });
    expect(order.time_line.at(-1)).to.include({ event: 'fulfil-order.dead_letter' });
  });

  it('whose dead letter is added again once the shop can be told: it is delivered, and the letter resolved', async () => {
    await start({ shop: undefined });
    await register();
    await notify();
    const letter = await deadLetter('SHOP_NOT_CONFIGURED');
    await installation.stopService('order-worker');
    const merchant = installation.directory.merchants.get(testMerchant.mchId);
    Object.assign(merchant ?? {}, { shop: installation.shopSettings });
    await installation.startService('order-worker');
    await addAgain(letter);
    await reached('fulfilled');
    await waitFor('the dead letter to be resolved', async () => {
      const stored = await installation.store.deadLetters.find(letter.queue, letter.jobId);
      return stored?.state === 'resolved';
    });
    expect(installation.shop.ledger().orders).to.have.length(1);
  });

  it('that was refunded before we learned of it: held, whatever comes again, until a person replays its dead letter', async () => {
    await start();
    await register();
    expect(await notify({ tradeState: 'REFUND' })).to.equal(204);
    const letter = await deadLetter('ORDER_REFUND_SEEN');
    expect(letter.details).to.include({ orderAmountFen: 8_800, paidAmountFen: 8_800 });
    const { callbacks, deadLetters, orders } = installation.store;
    const find = () => orders.find(testMerchant.mchId, 'TEA-000001');
    const held = await find();
    expect(held).to.deep.include({ status: 'paid', effects: [] });
    expect(held?.timeLine.map((entry) => entry.event)).to.include('payment.refund_seen');

    expect(await notify({ tradeState: 'SUCCESS' })).to.equal(204);
    await waitFor('the plain payment', async () => {
      return (await callbacks.find(callbackKey))?.outcome === 'payment.refund_seen';
    });
    // Sent again and again, as WeChat does: an add is swallowed until the failed job is gone from Redis.
    const refundAgain = async () => {
      expect(await notify({ tradeState: 'REFUND' })).to.equal(204);
      return Number((await deadLetters.find(letter.queue, letter.jobId))?.times) > 1;
    };
    await waitFor('the refund', refundAgain, { intervalMs: 250 });
    expect(await find()).to.deep.equal(held);
    expect(installation.shop.ledger().requests).to.equal(0);

    await addAgain(letter);
    const { time_line: timeLine } = await reached('fulfilled');
    expect(timeLine.map((entry) => entry.event)).to.include('released');
    await waitFor('the dead letter to be resolved', async () => {
      return (await deadLetters.find(letter.queue, letter.jobId))?.state === 'resolved';
    });
    expect(installation.shop.ledger().orders).to.have.length(1);
    const [attempted] = await attemptsOf('order-fulfilment', 1);
    expect(attempted?.lane).to.equal('bulk');
  });

  it('while the shop is busy: it is told when the shop asked for it, and no attempt is used', async () => {
    await start();
    await register();
    installation.shop.fail({ status: 503, times: 2, retryAfterSeconds: 1 });
    await notify();
    await reached('fulfilled');
    const attempts = await attemptsOf('order-fulfilment', 3);
    expect(attempts.map(({ outcome, errorCode, attempt }) => [outcome, errorCode, attempt])).to.deep.equal([
      ['postponed', 'SHOP_BUSY', 1],
      ['postponed', 'SHOP_BUSY', 1],
      ['fulfilled', undefined, 1],
    ]);
    expect(attempts.slice(0, 2).map(({ retryDelayMs }) => retryDelayMs)).to.deep.equal([1_000, 1_000]);
  });

  it('of a merchant that this worker’s file does not have yet: it waits for a worker that has it', async () => {
    await start({}, ['order-worker', 'message-worker']);
    await register();
    expect(await notify()).to.equal(204);
    (installation.directory.merchants as Map<string, Merchant>).delete(testMerchant.mchId);
    await installation.startService('order-worker');
    await postponed(1);
    expect(await openDeadLetters()).to.deep.equal([]);
  });

  it('of physical goods: accepted by the shop is not yet fulfilled', async () => {
    await start();
    await installation.createOrder('TEA-000001', { prepay: false, logistics_type: 1 });
    await notify();
    expect((await reached('accepted')).time_line.map((entry) => entry.event)).not.to.include('fulfilled');
  });

  it('a callback that nothing understands is kept whole', async () => {
    await start();
    await notify({ tradeState: 'CLOSED' });
    const letter = await deadLetter('CALLBACK_NOT_UNDERSTOOD');
    expect(String((letter.payload as { body: string }).body)).to.include('encrypt-resource');
  });

  const callbackKey = `payment_${testMerchant.mchId}_4200000000202611220000000001_SUCCESS`;

  interface Attempted {
    readonly queue: string;
    readonly lane: string;
    readonly outcome: string;
    readonly errorCode?: string;
    readonly attempt: number;
    readonly retryDelayMs?: number;
  }

  /** As the log tells of them, which it does after the order says what came of them. */
  async function attemptsOf(queue: string, count: number): Promise<Attempted[]> {
    const read = () =>
      installation.logLines
        .filter((line) => line.includes('"job.attempted"'))
        .map((line) => JSON.parse(line) as Attempted)
        .filter((attempted) => attempted.queue === queue);
    await waitFor(`${count} attempts of ${queue}`, () => read().length >= count);
    return read();
  }

  /** Others may change the order between reading and closing it. */
  async function closeOrder(): Promise<void> {
    await register();
    const { orders } = installation.store;
    await waitFor('the order to be closed', async () => {
      const order = await orders.find(testMerchant.mchId, 'TEA-000001');
      return order !== undefined && (await orders.close(order));
    });
  }

  /** What a replay of a dead letter does. */
  async function addAgain({ jobName, jobId, payload }: StoredDeadLetter): Promise<void> {
    const { redisUrl, prefix } = installation;
    const logger = createLogger({ service: 'test', level: 'fatal' });
    const metrics = createMetrics({ service: 'test' });
    const redis = { url: redisUrl };
    const producer = createProducer({
      redis,
      prefix,
      durability: 'always',
      waitReplicas: 0,
      logger,
      metrics,
    });
    try {
      await waitFor('the producer', () => producer.isReady());
      const id = toCountedJobId(jobId, 'replay', 1);
      const [name, data] = [jobName as JobName, payload as JobData<JobName>];
      await producer.add({ name, id, data, lane: 'bulk' });
    } finally {
      await producer.close();
    }
  }

  async function postponed(times: number): Promise<void> {
    await waitFor(`${times} postponements`, async () => {
      const [job] = await installation.queues.list('payment-event', 'delayed', 1);
      return job !== undefined && job.postponements >= times;
    });
  }

  /** What BullMQ does by itself after ten minutes. */
  async function forgetCompletedJobs(): Promise<void> {
    const { prefix, queues, redisUrl } = installation;
    const redis = new Redis(redisUrl);
    try {
      for (const queue of ['payment-event', 'order-fulfilment'] as const) {
        await waitFor('the job to complete', async () => (await queues.counts(queue)).completed === 1);
        const [job] = await queues.list(queue, 'completed', 1);
        const key = `${toKeyPrefix(prefix, queue)}:${queue}`;
        await redis
          .multi()
          .del(`${key}:${job?.id}`)
          .zrem(`${key}:completed`, job?.id ?? '')
          .exec();
      }
    } finally {
      redis.disconnect();
    }
  }
});
