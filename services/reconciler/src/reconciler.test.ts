import { randomBytes } from 'node:crypto';
import { type Clock, systemClock, toCountedJobId } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { createQueueReader, type NewJob, type QueueReader, toKeyPrefix } from '@huidiao/queue';
import { closeRedis, createRedis } from '@huidiao/runtime';
import { dropTestDatabase, type Effect, type Order } from '@huidiao/store';
import { testMongoUri, waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createContext, type ReconcilerConfig, type ReconcilerContext, start } from './index.ts';
import { addDueEffects } from './loops/add-due-effects.ts';
import {
  appId,
  createRecordingProducer,
  createTestClock,
  silentLogger as logger,
  mchId,
  newOrder,
  startWechatPay,
  testConfig,
  toMerchant,
} from './reconciler.fixture.test.ts';

describe('reconciler', () => {
  let config: ReconcilerConfig;
  let context: ReconcilerContext;
  let reader: QueueReader;
  const opened: ReconcilerContext[] = [];

  const open = (changes: Partial<ReconcilerConfig> = {}, clock: Clock = systemClock): ReconcilerContext => {
    const made = createContext({ ...config, ...changes }, { logger, clock });
    opened.push(made);
    return made;
  };

  /** An order that is paid, and whose fulfilment is due since a second. */
  const payOrder = async (
    dueAt = new Date(Date.now() - 1_000),
    lane?: Effect['lane'],
  ): Promise<{ order: Order; effect: Effect }> => {
    const { order } = await context.store.orders.register(newOrder());
    const { outTradeNo } = order;
    const effect: Effect = {
      id: `fulfil-order_${mchId}_${outTradeNo}`,
      job: 'fulfil-order',
      dueAt,
      requestId: 'request-1',
      ...(lane === undefined ? {} : { lane }),
    };
    const transactionId = `42${randomBytes(8).readBigUInt64BE()}`;
    const paid = await context.store.orders.pay(
      order,
      {
        type: 'payment.succeeded',
        mchId,
        appId,
        outTradeNo,
        transactionId,
        amountFen: 888,
        currency: 'CNY',
        tradeType: 'JSAPI',
      },
      { eventKey: `payment_${outTradeNo}`, effects: [effect] },
    );
    if (paid === undefined) throw new Error('not paid');
    return { order: paid, effect };
  };
  const effectsOf = async (order: Order) =>
    (await context.store.orders.find(mchId, order.outTradeNo))?.effects;

  beforeEach(async () => {
    config = testConfig();
    context = open();
    await context.store.migrate();
    await waitFor('the producer', () => context.producer.isReady());
    reader = createQueueReader({ redis: config.redis, prefix: config.redis.prefix, logger });
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.lifecycle.close()));
    await reader.close();
    await dropTestDatabase(config.mongo.uri);
  });

  it('adds the job of an effect whose time has come, under the id of the effect', async () => {
    await start(context);
    await waitFor('an epoch', () => context.store.epochs.read());
    const { order, effect } = await payOrder();
    const later = await payOrder(new Date(Date.now() + 3_600_000));
    const job = await waitFor('the job', () => reader.find('order-fulfilment', effect.id));
    expect(job).to.deep.include({
      name: 'fulfil-order',
      payload: { mchId, outTradeNo: order.outTradeNo, effectId: effect.id, requestId: 'request-1' },
    });
    expect(await reader.find('order-fulfilment', later.effect.id)).to.equal(undefined);
    // It stays in the order until its result is recorded; its new time is the end of the lease.
    const [left] = (await effectsOf(order)) ?? [];
    expect(Number(left?.dueAt) - Date.now()).to.be.within(50_000, 60_000);
  });

  it('adds a job once when two replicas look at the same time', async () => {
    const effects = await Promise.all(Array.from({ length: 20 }, () => payOrder()));
    const { producer, added } = createRecordingProducer();
    const deps = {
      store: context.store,
      producer,
      clock: { now: () => new Date() },
      ...config.effects,
    };
    const counts = await Promise.all([addDueEffects(deps), addDueEffects({ ...deps, store: open().store })]);
    expect((counts[0] ?? 0) + (counts[1] ?? 0)).to.equal(20);
    const ids = effects.map(({ effect }) => effect.id);
    expect(added.map(({ id }) => id).toSorted()).to.deep.equal(ids.toSorted());
  });

  it('adds a job in the lane that its effect is kept for, so that its id is never in two', async () => {
    const { effect: live } = await payOrder();
    const { effect: bulk } = await payOrder(new Date(Date.now() - 1_000), 'bulk');
    const { producer, added } = createRecordingProducer();
    const clock = { now: () => new Date() };
    await addDueEffects({ store: context.store, producer, clock, ...config.effects });
    expect(Object.fromEntries(added.map(({ id, lane }) => [id, lane]))).to.deep.equal({
      [live.id]: 'live',
      [bulk.id]: 'bulk',
    });
  });

  it('adds the job of a later round under an id of its own: that of the round before has completed', async () => {
    const { order, effect } = await payOrder();
    const { producer, added } = createRecordingProducer();
    const deps = { store: context.store, producer, clock: systemClock, ...config.effects };
    await addDueEffects(deps);
    const dueAt = new Date(Date.now() - 1_000);
    await context.store.orders.renewEffect(order, { id: effect.id, dueAt, round: 2 });
    await addDueEffects(deps);
    expect(added.map(({ id }) => id)).to.deep.equal([effect.id, toCountedJobId(effect.id, 'heal', 2)]);
    expect(added.map(({ data }) => data)).to.deep.equal(Array(2).fill(added[0]?.data));
    expect(added[0]?.data).to.include({ effectId: effect.id });
  });

  it('claims nothing while Redis is away, and no effect waits for a lease after it is back', async () => {
    const { order, effect } = await payOrder();
    const away = open({ redis: { ...config.redis, url: 'redis://127.0.0.1:1' } });
    const deps = { store: context.store, clock: { now: () => new Date() }, ...config.effects };
    const failure = await addDueEffects({ ...deps, producer: away.producer }).catch(
      (error: unknown) => error,
    );
    expect(failure).to.include({ code: 'QUEUE_UNAVAILABLE' });
    expect((await effectsOf(order))?.[0]?.dueAt).to.deep.equal(effect.dueAt);
    expect(await addDueEffects({ ...deps, producer: context.producer })).to.equal(1);
  });

  it('adds the job again after the lease, as long as its result is not recorded', async () => {
    const { effect } = await payOrder();
    const { producer, added } = createRecordingProducer();
    const ids = () => added.map(({ id }) => id);
    let now = Date.now();
    const deps = { store: context.store, producer, clock: { now: () => new Date(now) }, ...config.effects };
    await addDueEffects(deps);
    await addDueEffects(deps);
    expect(ids()).to.deep.equal([effect.id]);
    now += config.effects.leaseMs + 1;
    await addDueEffects(deps);
    expect(ids()).to.deep.equal([effect.id, effect.id]);
  });

  it('gives what one effect could not do no say over the others', async () => {
    await payOrder();
    const { effect } = await payOrder();
    const added: string[] = [];
    const producer = {
      isReady: () => true,
      async add(job: NewJob) {
        if (job.id === effect.id) throw new Error('refused');
        added.push(job.id);
      },
    } as ReconcilerContext['producer'];
    const deps = { store: context.store, producer, clock: { now: () => new Date() }, ...config.effects };
    expect(await addDueEffects(deps)).to.equal(1);
    expect(added).to.have.length(1);
  });

  it('says what kept Redis from taking any of them, and adds them after the lease', async () => {
    const { order, effect } = await payOrder();
    let refused = true;
    const added: string[] = [];
    const producer = {
      isReady: () => true,
      async add(job: NewJob) {
        if (refused) throw new AppError('QUEUE_NOT_DURABLE');
        added.push(job.id);
      },
    } as ReconcilerContext['producer'];
    let now = Date.now();
    const deps = { store: context.store, producer, clock: { now: () => new Date(now) }, ...config.effects };
    const failure = await addDueEffects(deps).catch((error: unknown) => error);
    expect(failure).to.include({ code: 'QUEUE_NOT_DURABLE' });
    expect((await effectsOf(order))?.map(({ id }) => id)).to.deep.equal([effect.id]);
    refused = false;
    now += config.effects.leaseMs + 1;
    expect(await addDueEffects(deps)).to.equal(1);
    expect(added).to.deep.equal([effect.id]);
  });

  it('turns a job that died by stalling into a dead letter, which settles its effect', async () => {
    const { order, effect } = await payOrder(new Date(Date.now() + 3_600_000));
    await context.producer.add({
      name: 'fulfil-order',
      id: effect.id,
      data: { mchId, outTradeNo: order.outTradeNo, effectId: effect.id, requestId: 'request-1' },
    });
    await failByStalling(config, effect.id);
    await start(context);
    const stored = await waitFor('the dead letter', () =>
      context.store.deadLetters.find('order-fulfilment', effect.id),
    );
    expect(stored).to.deep.include({
      state: 'open',
      errorCode: 'JOB_KILLED_WORKERS',
      jobName: 'fulfil-order',
    });
    await waitFor('the job to be gone', async () => !(await reader.find('order-fulfilment', effect.id)));
    expect(await effectsOf(order)).to.deep.equal([]);
    const events = (await context.store.orders.find(mchId, order.outTradeNo))?.timeLine.map(
      ({ event }) => event,
    );
    expect(events).to.include('fulfil-order.dead_letter');
  });

  it('asks WeChat Pay about open orders, and empties the inbox', async () => {
    const simulator = await startWechatPay();
    try {
      const merchant = toMerchant(simulator);
      const directory = { merchants: new Map([[mchId, merchant]]), apps: new Map() };
      const clock = createTestClock();
      const working = open({ wechatPayApiUrl: simulator.uri, directory }, clock);
      const { order } = await working.store.orders.register(newOrder());
      const payment = { mchId, appId, openId: 'o-buyer', outTradeNo: order.outTradeNo, totalFen: 888 };
      const notifyUrl = 'http://127.0.0.1:1/nowhere';
      const { transactionId } = simulator.payDirectly({ ...payment, notifyUrl }, { drop: 100 });
      const refused = { id: `apply-payment_${mchId}_1`, name: 'apply-payment', data: {} } as const;
      await working.store.inbox.put(refused);
      clock.advance(60_000);
      await start(working);

      const id = `apply-payment_${mchId}_${transactionId}_SUCCESS~heal-1`;
      const heal = await waitFor('the heal', () => reader.find('payment-event', id));
      expect(heal).to.include({ lane: 'bulk' });
      const letter = await waitFor('the dead letter of the inbox', () =>
        working.store.deadLetters.find('payment-event', refused.id),
      );
      expect(letter.errorCode).to.equal('JOB_INVALID');
      await waitFor('an epoch', () => working.store.epochs.read());
      const metrics = await working.metrics.registry.metrics();
      expect(metrics).to.match(/huidiao_orders_queried_total\{[^}]*outcome="healed"[^}]*\} 1\n/);
      expect(metrics).to.match(/huidiao_redis_losses_total\{[^}]*\} 0\n/);
    } finally {
      await Promise.all(opened.splice(0).map((one) => one.lifecycle.close()));
      await simulator.close();
    }
  });

  it('answers on its health port, and says that it is ready', async () => {
    const { healthPort } = await start(context);
    const answer = await fetch(`http://127.0.0.1:${healthPort}/readyz`);
    expect(answer.status).to.equal(200);
  });

  it('refuses to start without the indexes', async () => {
    const bare = open({ mongo: { uri: testMongoUri() } });
    const failure = await start(bare).catch((error: unknown) => error);
    expect(failure).to.include({ code: 'STORE_NOT_MIGRATED' });
  });

  it('closes in time although Redis and MongoDB are away', async () => {
    const away = open({
      redis: { ...config.redis, url: 'redis://127.0.0.1:1' },
      mongo: { uri: 'mongodb://127.0.0.1:1/huidiao' },
    });
    away.work();
    const startedAt = performance.now();
    await away.lifecycle.close();
    expect(performance.now() - startedAt).to.be.lessThan(15_000);
  });
});

/** As BullMQ leaves a job that stalled more often than it allows: failed, and no handler was ever asked. */
async function failByStalling({ redis }: ReconcilerConfig, jobId: string): Promise<void> {
  const client = createRedis('command', { url: redis.url, name: 'test' }, logger);
  const queue = `${toKeyPrefix(redis.prefix, 'order-fulfilment')}:order-fulfilment`;
  try {
    await client.lrem(`${queue}:wait`, 1, jobId);
    await client.hset(`${queue}:${jobId}`, {
      failedReason: 'stalled',
      stc: 41,
      ats: 42,
      finishedOn: Date.now(),
    });
    await client.zadd(`${queue}:failed`, Date.now(), jobId);
  } finally {
    await closeRedis(client);
  }
}
