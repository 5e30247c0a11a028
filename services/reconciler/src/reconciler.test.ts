import { randomBytes } from 'node:crypto';
import { createQueueReader, type NewJob, type QueueReader, toKeyPrefix } from '@huidiao/queue';
import { closeRedis, createLogger, createRedis } from '@huidiao/runtime';
import { dropTestDatabase, type Effect, type Order } from '@huidiao/store';
import { testMongoUri, testPrefix, testRedisUrl, waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import {
  createContext,
  loadReconcilerConfig,
  type ReconcilerConfig,
  type ReconcilerContext,
  start,
} from './index.ts';
import { addDueEffects } from './loops/add-due-effects.ts';

const mchId = '1900000001';
const logger = createLogger({ service: 'test', level: 'silent' });

describe('reconciler', () => {
  let config: ReconcilerConfig;
  let context: ReconcilerContext;
  let reader: QueueReader;
  const opened: ReconcilerContext[] = [];

  const open = (changes: Partial<ReconcilerConfig> = {}): ReconcilerContext => {
    const made = createContext({ ...config, ...changes }, { logger });
    opened.push(made);
    return made;
  };

  /** An order that is paid, and whose fulfilment is due since a second. */
  const payOrder = async (
    dueAt = new Date(Date.now() - 1_000),
  ): Promise<{ order: Order; effect: Effect }> => {
    const outTradeNo = `order-${randomBytes(6).toString('hex')}`;
    const { order } = await context.store.orders.register({
      mchId,
      appId: 'wx8888888888888888',
      outTradeNo,
      description: 'tea',
      amountFen: 888,
      currency: 'CNY',
      logisticsType: 3,
      timeExpire: new Date('2030-01-01T00:00:00Z'),
      prepay: false,
      contentHash: 'hash',
    });
    const effect: Effect = {
      id: `fulfil-order_${mchId}_${outTradeNo}`,
      job: 'fulfil-order',
      dueAt,
      requestId: 'request-1',
    };
    const transactionId = `42${randomBytes(8).readBigUInt64BE()}`;
    const paid = await context.store.orders.pay(
      order,
      {
        type: 'payment.succeeded',
        mchId,
        appId: order.appId,
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
    config = loadReconcilerConfig({
      REDIS_URL: testRedisUrl(),
      REDIS_PREFIX: testPrefix(),
      MONGODB_URI: testMongoUri(),
      HEALTH_PORT: '0',
      HEALTH_HOST: '127.0.0.1',
      EFFECTS_INTERVAL_MS: '50',
      SWEEP_INTERVAL_MS: '50',
    });
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
    const { order, effect } = await payOrder();
    const later = await payOrder(new Date(Date.now() + 3_600_000));
    await start(context);
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
    const added: string[] = [];
    const counting = {
      isReady: () => true,
      add: async (job: NewJob) => void added.push(job.id),
    } as ReconcilerContext['producer'];
    const deps = {
      store: context.store,
      producer: counting,
      clock: { now: () => new Date() },
      ...config.effects,
    };
    const counts = await Promise.all([addDueEffects(deps), addDueEffects({ ...deps, store: open().store })]);
    expect((counts[0] ?? 0) + (counts[1] ?? 0)).to.equal(20);
    expect(added.toSorted()).to.deep.equal(effects.map(({ effect }) => effect.id).toSorted());
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
    const added: string[] = [];
    const producer = {
      isReady: () => true,
      add: async (job: NewJob) => void added.push(job.id),
    } as ReconcilerContext['producer'];
    let now = Date.now();
    const deps = { store: context.store, producer, clock: { now: () => new Date(now) }, ...config.effects };
    await addDueEffects(deps);
    await addDueEffects(deps);
    expect(added).to.deep.equal([effect.id]);
    now += config.effects.leaseMs + 1;
    await addDueEffects(deps);
    expect(added).to.deep.equal([effect.id, effect.id]);
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
