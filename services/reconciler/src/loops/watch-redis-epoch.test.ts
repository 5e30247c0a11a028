import { createRedisEpoch, type RedisEpoch, toEpochKey } from '@huidiao/queue';
import { closeRedis, createLogger, createMetrics, createRedis } from '@huidiao/runtime';
import { createStore, dropTestDatabase, type NewOrder, type Order, type Store } from '@huidiao/store';
import { testMongoUri, testPrefix, testRedisUrl } from '@huidiao/testing';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { appId, createTestClock, mchId, newOrder, silentLogger } from '../reconciler.fixture.test.ts';
import { createWatchRedisEpoch } from './watch-redis-epoch.ts';

const minuteMs = 60_000;

describe('watching whether Redis was lost', () => {
  const clock = createTestClock();
  let mongoUri: string;
  let prefix: string;
  let store: Store;
  let redisEpoch: RedisEpoch;
  let losses: number;
  let lines: Record<string, unknown>[];
  let round: () => Promise<number>;

  beforeEach(async () => {
    mongoUri = testMongoUri();
    prefix = testPrefix();
    losses = 0;
    lines = [];
    const metrics = createMetrics({ service: 'test' });
    store = createStore({ uri: mongoUri, logger: silentLogger, metrics, clock });
    await store.migrate();
    redisEpoch = createRedisEpoch({ redis: { url: testRedisUrl() }, prefix, logger: silentLogger });
    round = createRound();
  });
  afterEach(async () => {
    await redisEpoch.close();
    await store.close();
    await dropTestDatabase(mongoUri);
  });

  const redisLost = (): void => {
    losses += 1;
  };

  /** The round of one more process. */
  function createRound(limit = 100, over: Store = store) {
    const write = (line: string) => void lines.push(JSON.parse(line));
    return createWatchRedisEpoch({
      store: over,
      redisEpoch,
      clock,
      logger: createLogger({ service: 'test', level: 'info' }, { write }),
      metrics: { redisLost, swept: () => undefined },
      limit,
    });
  }
  async function untilDone(each = round): Promise<number> {
    let swept = 0;
    for (let rounds = 0; rounds < 50; rounds += 1) {
      swept += await each();
      if ((await store.epochs.read()) === (await redisEpoch.read())) return swept;
    }
    return expect.fail('the sweep has no end');
  }
  async function changeRedis(change: 'empty' | string): Promise<void> {
    const redis = createRedis('command', { url: testRedisUrl(), name: 'test' }, silentLogger);
    try {
      if (change === 'empty') await redis.del(toEpochKey(prefix));
      else await redis.set(toEpochKey(prefix), change);
    } finally {
      await closeRedis(redis);
    }
  }
  const register = async (changes: Partial<NewOrder> = {}): Promise<Order> =>
    (await store.orders.register(newOrder(changes))).order;
  const read = async ({ outTradeNo }: Order): Promise<Order> =>
    (await store.orders.find(mchId, outTradeNo)) ?? expect.fail('the order is gone');
  const isDue = (date: Date | undefined): boolean =>
    date !== undefined && date.getTime() <= clock.now().getTime();

  /** Paid, and its effect is due in an hour: a job was added, and many times. */
  async function registerPaid(): Promise<Order> {
    const order = await register();
    const { outTradeNo } = order;
    const payment = { type: 'payment.succeeded', mchId, appId, outTradeNo, amountFen: 888 } as const;
    const transactionId = `42${String(Math.random()).slice(2)}`;
    const effect = {
      id: `fulfil-order_${mchId}_${outTradeNo}`,
      job: 'fulfil-order',
      requestId: 'r',
    } as const;
    const dueAt = new Date(clock.now().getTime() + 60 * minuteMs);
    const paid = await store.orders.pay(
      order,
      { ...payment, transactionId, currency: 'CNY', tradeType: 'JSAPI' },
      { eventKey: `payment_${outTradeNo}`, effects: [{ ...effect, dueAt }] },
    );
    return paid ?? expect.fail('not paid');
  }

  it('begins an epoch on a new installation, and finds nothing to sweep', async () => {
    expect(await untilDone()).to.equal(0);
    const epoch = await redisEpoch.read();
    expect(epoch).to.be.a('string');
    expect(await store.epochs.read()).to.equal(epoch);
    expect(losses).to.equal(0);
    expect(lines.map(({ event, level }) => [event, level])).to.deep.equal([['redis.first_epoch', 'info']]);
  });

  it('does nothing as long as Redis keeps its data', async () => {
    await untilDone();
    const order = await register();
    const paid = await registerPaid();
    for (let rounds = 0; rounds < 3; rounds += 1) expect(await createRound()()).to.equal(0);
    expect(await read(order)).to.deep.equal(order);
    expect(await read(paid)).to.deep.equal(paid);
  });

  for (const [what, change] of [
    ['was emptied', 'empty'],
    ['is another one', 'the-epoch-of-another-redis'],
  ] as const) {
    it(`makes everything open due at once, once, when Redis ${what}`, async () => {
      await untilDone();
      const open = await register();
      const paid = await registerPaid();
      const closed = await register();
      await store.orders.close(closed);
      await changeRedis(change);
      clock.advance(1_000);

      expect(await untilDone()).to.equal(2);
      expect(isDue((await read(open)).nextQueryAt)).to.equal(true);
      const [effect] = (await read(paid)).effects;
      expect(isDue(effect?.dueAt)).to.equal(true);
      expect(effect?.lane).to.equal('bulk');
      expect(await read(closed)).to.not.have.property('nextQueryAt');
      expect(losses).to.equal(1);
      expect(lines.filter(({ event }) => event === 'redis.lost')).to.have.length(1);

      const after = await read(open);
      for (let rounds = 0; rounds < 3; rounds += 1) expect(await round()).to.equal(0);
      expect(await read(open)).to.deep.equal(after);
    });
  }

  it('brings back an order that nobody was to ask about any more', async () => {
    await untilDone();
    const order = await register();
    await store.orders.recordQuery(order, { nextQueryAt: undefined });
    await changeRedis('empty');
    await untilDone();
    expect(isDue((await read(order)).nextQueryAt)).to.equal(true);
  });

  it('sweeps where no epoch was ever recorded although there are orders: Redis may have been lost before', async () => {
    const order = await register();
    await untilDone();
    expect(isDue((await read(order)).nextQueryAt)).to.equal(true);
    expect(losses).to.equal(0);
  });

  it('goes on where a process died in the middle of its sweep', async () => {
    await untilDone();
    const orders = await Promise.all(Array.from({ length: 6 }, () => register()));
    await changeRedis('empty');
    const stored = await store.epochs.read();
    expect(await createRound(2)()).to.equal(2);
    expect(await store.epochs.read()).to.equal(stored);

    expect(await untilDone(createRound(2))).to.equal(4);
    for (const order of orders) expect(isDue((await read(order)).nextQueryAt)).to.equal(true);
  });

  it('records nothing while the sweep fails', async () => {
    await untilDone();
    await register();
    await changeRedis('empty');
    const stored = await store.epochs.read();
    const orders = { ...store.orders, sweepOpenOrders: () => Promise.reject(new Error('away')) };
    const failing = createRound(100, { ...store, orders });
    for (let rounds = 0; rounds < 3; rounds += 1) await failing().catch(() => undefined);
    expect(await store.epochs.read()).to.equal(stored);
  });

  it('comes to an end although new orders come in all the time', async () => {
    await untilDone();
    await register();
    await changeRedis('empty');
    const busy = createRound();
    await untilDone(async () => {
      await register();
      return await busy();
    });
  });

  it('touches each order once when two replicas notice at the same time', async () => {
    await untilDone();
    const orders = await Promise.all(Array.from({ length: 10 }, () => register()));
    await changeRedis('empty');
    await Promise.all([untilDone(), untilDone(createRound())]);
    expect(await redisEpoch.read()).to.equal(await store.epochs.read());
    for (const order of orders) expect((await read(order)).version).to.equal(order.version + 1);
  });

  it('is a failed round while Redis is away, and nothing is swept', async () => {
    await untilDone();
    const order = await register();
    const away = createRedisEpoch({
      redis: { url: 'redis://127.0.0.1:1' },
      prefix,
      logger: silentLogger,
    });
    try {
      const watching = createWatchRedisEpoch({
        store,
        redisEpoch: away,
        clock,
        logger: silentLogger,
        metrics: { redisLost, swept: () => undefined },
        limit: 100,
      });
      expect(await watching().catch((error: unknown) => error)).to.include({ code: 'QUEUE_UNAVAILABLE' });
    } finally {
      await away.close();
    }
    expect(losses).to.equal(0);
    expect((await read(order)).version).to.equal(order.version);
  });
});
