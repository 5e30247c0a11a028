import { AppError } from '@huidiao/errors';
import { createProducer, createQueueReader, type QueueReader } from '@huidiao/queue';
import { createLogger, createMetrics } from '@huidiao/runtime';
import { createStore, dropTestDatabase, type InboxRow, type Store } from '@huidiao/store';
import { createTcpProxy, type TcpProxy, testMongoUri, waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import type { IngressOverrides } from '../context.ts';
import {
  callbackJob,
  type IngressToStart,
  mchIds,
  type RunningIngress,
  signedCallback,
  startIngress,
} from '../ingress.fixture.test.ts';
import { createOwnRedis, type OwnRedis } from '../own-redis.fixture.test.ts';

const prefix = 'huidiao';
const redisLimitMs = 700;
/** What the body, Redis and the inbox may take together: WeChat Pay waits 5 s. */
const answerMs = 3_000;
const notStored = '{"code":"FAIL","message":"The notification was not stored; send it again."}';
const logger = createLogger({ service: 'test', level: 'silent' });

const idOf = (number: number) => callbackJob(number).id;
const numbersFrom = (first: number, count: number) => Array.from({ length: count }, (_, n) => first + n);

describe('POST /callbacks/wechat-pay/{mchid} while a store is away', () => {
  let redis: OwnRedis;
  let mongo: TcpProxy;
  let mongoUri: string;
  let store: Store;
  let reader: QueueReader;
  let ingress: RunningIngress;

  before(() => {
    mongoUri = testMongoUri();
    // Nobody migrates: the inbox has to work without its indexes.
    store = createStore({ uri: mongoUri, logger, metrics: createMetrics({ service: 'test' }) });
  });
  after(() => store.close());

  beforeEach(async () => {
    await dropTestDatabase(mongoUri);
    redis = await createOwnRedis();
    reader = createQueueReader({ redis: { url: redis.url }, prefix, logger });
    mongo = await createTcpProxy(mongoUri);
  });
  afterEach(async () => {
    await ingress.close();
    await Promise.all([reader.close(), mongo.close()]);
    await redis.close();
  });

  const open = async (options: Partial<IngressToStart> = {}) => {
    ingress = await startIngress({ redisUrl: redis.url, mongoUri: mongo.url, prefix, ...options });
  };
  const openReady = async (options: Partial<IngressToStart> = {}) => {
    await open(options);
    await waitFor('Redis', () => ingress.context.producer.isReady());
    await waitFor('MongoDB', () => ingress.context.inboxLook.isReady());
  };
  const post = (number: number, mchId: string = mchIds[0]) =>
    ingress.post(signedCallback(number, mchId), mchId);
  /** Signed beforehand, so that no answer waits for the signing of the others. */
  const postAll = (numbers: readonly number[]) =>
    Promise.all(numbers.map((number) => signedCallback(number)).map((callback) => ingress.post(callback)));
  const inboxRows = (): Promise<InboxRow[]> =>
    store.inbox.claim({ now: new Date(Date.now() + 60_000), leaseMs: 1, limit: 1_000 });
  const inInbox = async () => (await inboxRows()).map(({ id }) => id).sort();
  const inRedis = async () =>
    (await reader.list('payment-event', 'waiting', 1_000)).map(({ id }) => id).sort();
  const lastLine = () => ingress.logLines.findLast(({ event }) => event === 'callback.received');
  const linesOf = (event: string) => ingress.logLines.filter((line) => line.event === event);
  const untilBackInRedis = (number: number) =>
    waitFor('callbacks to go to Redis again', async () => {
      await post(number);
      return lastLine()?.durableIn === 'redis';
    });

  it('keeps the inbox out of it while Redis takes callbacks', async () => {
    await openReady();
    expect(await post(1)).to.include({ status: 204, body: '' });
    expect(lastLine()).to.include({ outcome: 'durable', durableIn: 'redis', lane: 'live' });
    expect([await inRedis(), await inInbox()]).to.deep.equal([[idOf(1)], []]);
    expect(
      await ingress.metric('huidiao_callbacks_durable_total{durable_in="redis",service="ingress"}'),
    ).to.equal(1);
    expect(await ingress.metric('huidiao_inbox_in_use{service="ingress"}')).to.equal(0);
  });

  type Fault = (server: OwnRedis) => unknown;
  const config =
    (name: string, value: string): Fault =>
    (server) =>
      server.client.config('SET', name, value);
  const faults: [what: string, begin: Fault, end: Fault][] = [
    ['is killed', (server) => server.kill(), (server) => server.start()],
    ['hangs', (server) => server.signal('SIGSTOP'), (server) => server.signal('SIGCONT')],
    [
      'became a read-only replica',
      (server) => server.client.replicaof('127.0.0.1', 1),
      (server) => server.client.replicaof('NO', 'ONE'),
    ],
    ['is out of memory', config('maxmemory', '1'), config('maxmemory', '0')],
  ];
  for (const [what, begin, end] of faults) {
    it(`answers 204 with the row in the inbox when Redis ${what}, and goes back to Redis afterwards`, async () => {
      await openReady();
      await begin(redis);
      const answers = await postAll([1, 2, 3]);
      expect(answers.map(({ status }) => status)).to.deep.equal([204, 204, 204]);
      for (const { tookMs } of answers) expect(tookMs).to.be.lessThan(answerMs);
      expect(await inInbox()).to.deep.equal([1, 2, 3].map(idOf));
      expect(lastLine()).to.include({ outcome: 'durable', durableIn: 'inbox', lane: 'bulk', status: 204 });
      expect(await ingress.readyz()).to.equal(200);
      await end(redis);
      await untilBackInRedis(4);
      expect(await inRedis()).to.include(idOf(4));
    });
  }

  const settings: [name: string, wrong: string, right: string][] = [
    ['appendonly', 'no', 'yes'],
    ['appendfsync', 'everysec', 'always'],
    ['no-appendfsync-on-rewrite', 'yes', 'no'],
    ['maxmemory-policy', 'allkeys-lru', 'noeviction'],
  ];
  describe('with settings that are looked at often', () => {
    const looking = (): Partial<IngressToStart> => ({ overrides: { producer: openProducer() } });
    const openProducer = () =>
      createProducer({
        redis: { url: redis.url },
        prefix,
        durability: 'always',
        waitReplicas: 0,
        recheckMs: 50,
        leastRecheckMs: 20,
        logger,
        metrics: createMetrics({ service: 'test' }),
      });

    for (const [name, wrong, right] of settings) {
      it(`answers 204 with the row in the inbox when ${name} is ${wrong}, and finds out when that changes`, async () => {
        await redis.client.config('SET', name, wrong);
        await open(looking());
        await waitFor('MongoDB', () => ingress.context.inboxLook.isReady());
        expect(await post(1)).to.include({ status: 204 });
        expect([await inRedis(), await inInbox()]).to.deep.equal([[], [idOf(1)]]);

        await redis.client.config('SET', name, right);
        await waitFor('the look', () => ingress.context.producer.isReady());
        expect(await post(2)).to.include({ status: 204 });
        expect(await inRedis()).to.deep.equal([idOf(2)]);

        await redis.client.config('SET', name, wrong);
        await waitFor('the look', () => !ingress.context.producer.isReady());
        expect(await post(3)).to.include({ status: 204 });
        expect(await inInbox()).to.deep.equal([1, 3].map(idOf));
        expect(lastLine()).to.include({ durableIn: 'inbox', errorCode: 'QUEUE_NOT_DURABLE' });
      });
    }
  });

  it('goes on with a Redis that was restarted empty, and what came meanwhile is in the inbox', async () => {
    await openReady();
    await post(1);
    await redis.kill();
    expect(await post(2)).to.include({ status: 204 });
    await redis.start({ empty: true });
    await untilBackInRedis(3);
    expect([await inRedis(), (await inInbox())[0]]).to.deep.equal([[idOf(3)], idOf(2)]);
  });

  it('loses nothing that it acknowledged when Redis is killed in the midst of callbacks', async () => {
    await openReady();
    const statuses: number[] = [];
    for (const first of [1, 11, 21, 31, 41]) {
      const answers = postAll(numbersFrom(first, 10));
      if (first === 21) void redis.kill();
      statuses.push(...(await answers).map(({ status }) => status));
    }
    expect(new Set(statuses)).to.deep.equal(new Set([204]));
    await redis.kill();
    await redis.start();
    const [jobs, rows] = [await inRedis(), await inInbox()];
    const kept = new Set([...jobs, ...rows]);
    expect(
      numbersFrom(1, 50)
        .map(idOf)
        .filter((id) => !kept.has(id)),
    ).to.deep.equal([]);
    expect(jobs).to.have.length.of.at.least(20);
    expect(rows).to.have.length.of.at.least(20);
  });

  it('makes one row of a callback that is sent three times', async () => {
    await openReady();
    await redis.kill();
    const answers = await postAll([1, 1, 1]);
    expect(answers.map(({ status }) => status)).to.deep.equal([204, 204, 204]);
    expect(await inInbox()).to.deep.equal([idOf(1)]);
  });

  it('keeps in the inbox what may be in Redis already, because the answer came too late', async () => {
    await openReady();
    redis.signal('SIGSTOP');
    expect(await post(1)).to.include({ status: 204 });
    redis.signal('SIGCONT');
    await waitFor('the job in Redis', async () => (await inRedis()).length === 1);
    expect([await inRedis(), await inInbox()]).to.deep.equal([[idOf(1)], [idOf(1)]]);
  });

  it('keeps whole in the inbox what our schema refuses', async () => {
    await openReady();
    await redis.kill();
    const callback = signedCallback(1, mchIds[0], { tamper: 'amount-as-text' });
    expect(await ingress.post(callback)).to.include({ status: 204 });
    const [row] = await inboxRows();
    expect(row).to.include({ name: 'keep-callback' });
    expect(row?.data).to.include({ reason: 'schema_refused', body: callback.body });
  });

  it('refuses what is not authentic as ever, and asks no store', async () => {
    await openReady();
    await redis.kill();
    expect(await ingress.post(signedCallback(1, mchIds[0], { tamper: 'signature' }))).to.include({
      status: 401,
    });
    expect(await ingress.post(signedCallback(1, mchIds[0], { tamper: 'api-v3-key' }))).to.include({
      status: 500,
    });
    expect(await inInbox()).to.deep.equal([]);
  });

  it('waits for a hanging Redis until the breaker opens, then no more, and goes back when it answers', async () => {
    await openReady();
    redis.signal('SIGSTOP');
    const before = await postAll(numbersFrom(1, 12));
    for (const { status, tookMs } of before) {
      expect(status).to.equal(204);
      expect(tookMs).to.be.within(redisLimitMs - 50, answerMs);
    }
    expect(await post(13)).to.include({ status: 204 });
    expect(lastLine()).to.include({ durableIn: 'inbox', errorCode: 'QUEUE_BREAKER_OPEN' });
    expect(lastLine()?.durationMs).to.be.lessThan(redisLimitMs);
    expect(linesOf('breaker.opened')).to.have.length(1);
    redis.signal('SIGCONT');
    await untilBackInRedis(14);
    expect(await inInbox()).to.include.members(numbersFrom(1, 13).map(idOf));
  });

  it('raises one alarm, not one for each callback', async () => {
    await openReady();
    await redis.kill();
    await postAll(numbersFrom(1, 30));
    expect(linesOf('inbox.in_use')).to.have.length(1);
    expect(await ingress.metric('huidiao_inbox_in_use{service="ingress"}')).to.equal(1);
    expect(
      await ingress.metric('huidiao_callbacks_durable_total{durable_in="inbox",service="ingress"}'),
    ).to.equal(30);
  });

  it('answers nothing before the row is durable', async () => {
    let atTheRow: () => void = () => undefined;
    let makeDurable: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => {
      atTheRow = resolve;
    });
    const put = () => {
      atTheRow();
      return new Promise<void>((resolve) => {
        makeDurable = resolve;
      });
    };
    await open({ overrides: { store: standInStore(put) } });
    await redis.kill();
    const order: string[] = [];
    const answer = post(1).then(({ status }) => order.push(`answered ${status}`));
    await reached;
    await ingress.readyz(); // a whole other request goes through meanwhile
    order.push('durable');
    makeDurable();
    await answer;
    expect(order).to.deep.equal(['durable', 'answered 204']);
  });

  const mongoFaults: [what: string, begin: (proxy: TcpProxy) => unknown][] = [
    ['is away', (proxy) => proxy.refuse()],
    ['is silent', (proxy) => proxy.silence()],
  ];
  for (const [what, begin] of mongoFaults) {
    it(`does not notice that MongoDB ${what} while Redis is there`, async () => {
      await openReady();
      await begin(mongo);
      const answers = await postAll(numbersFrom(1, 20));
      expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([204]));
      expect(await inRedis()).to.have.length(20);
      const durableIn = linesOf('callback.received').map((line) => line.durableIn);
      expect(durableIn).to.deep.equal(Array(20).fill('redis'));
      expect(await ingress.readyz()).to.equal(200);
    });

    it(`answers 503 within WeChat’s time limit when Redis hangs and MongoDB ${what}, and is not ready`, async () => {
      await openReady();
      redis.signal('SIGSTOP');
      await begin(mongo);
      const answers = await postAll(numbersFrom(1, 20));
      for (const { status, body, tookMs } of answers) {
        expect([status, body]).to.deep.equal([503, notStored]);
        expect(tookMs).to.be.lessThan(answerMs);
      }
      expect(lastLine()).to.include({ outcome: 'not-durable', alarm: 'not-durable', level: 'error' });
      expect(lastLine()).to.include({ inboxErrorCode: 'STORE_UNAVAILABLE' });
      await waitFor('readiness to end', async () => (await ingress.readyz()) === 503);
      redis.signal('SIGCONT');
    });
  }

  it('starts while neither is there, and takes callbacks once either has come', async () => {
    await redis.kill();
    await mongo.refuse();
    await open();
    expect([(await post(1)).status, await ingress.readyz()]).to.deep.equal([503, 503]);
    await mongo.accept();
    await waitFor('readiness', async () => (await ingress.readyz()) === 200);
    expect(await post(1)).to.include({ status: 204 });
    expect(await inInbox()).to.deep.equal([idOf(1)]);
  });

  it('starts without MongoDB as if it were there', async () => {
    await mongo.refuse();
    await open();
    await waitFor('readiness', async () => (await ingress.readyz()) === 200);
    expect(await post(1)).to.include({ status: 204 });
    expect(await inRedis()).to.deep.equal([idOf(1)]);
  });

  it('asks MongoDB nothing for being asked whether it is ready', async () => {
    await openReady();
    const looks = () =>
      ingress.metric(
        'huidiao_store_operation_seconds_count{operation="store.ping",outcome="ok",service="ingress"}',
      );
    const before = await looks();
    for (const _ of numbersFrom(1, 50)) expect(await ingress.readyz()).to.equal(200);
    expect((await looks()) - before).to.be.lessThan(3);
  });

  describe('answers 503 and alarms', () => {
    for (const code of ['QUEUE_UNAVAILABLE', 'QUEUE_NOT_DURABLE'] as const) {
      it(`when the add fails with ${code} and the inbox fails too`, async () => {
        const overrides: IngressOverrides = {
          store: standInStore(() => Promise.reject(new AppError('STORE_UNAVAILABLE'))),
          producer: {
            add: () => Promise.reject(new AppError(code)),
            addNow: () => Promise.reject(new AppError(code)),
            isReady: () => false,
            close: async () => undefined,
          },
        };
        await open({ overrides });
        expect(await post(1)).to.include({ status: 503, body: notStored });
        expect(lastLine()).to.include({
          outcome: 'not-durable',
          errorCode: code,
          inboxErrorCode: 'STORE_UNAVAILABLE',
          alarm: 'not-durable',
        });
      });
    }
  });

  it('lets a merchant beyond its rate go to the bulk lane, and every other stay in the live one', async () => {
    const clock = { now: () => at };
    let at = new Date();
    await openReady({
      limits: { callbacksPerSecond: 1, callbacksBurst: 2 },
      overrides: { clock },
    });
    const [flooding, other] = mchIds;
    for (const number of numbersFrom(1, 5)) expect(await post(number, flooding)).to.include({ status: 204 });
    expect(await post(6, other)).to.include({ status: 204 });
    const idsIn = async (lane: 'live' | 'bulk') =>
      (await reader.list('payment-event', 'waiting', 100, lane)).map(({ id }) => id.split('_')[1]);
    expect(await idsIn('live')).to.have.members([flooding, flooding, other]);
    expect(await idsIn('bulk')).to.deep.equal([flooding, flooding, flooding]);
    expect(linesOf('callback.received').map(({ lane }) => lane)).to.deep.equal([
      'live',
      'live',
      'bulk',
      'bulk',
      'bulk',
      'live',
    ]);
    const counted = `huidiao_callbacks_beyond_rate_total{id="${flooding}",service="ingress"}`;
    expect(await ingress.metric(counted)).to.equal(3);
    at = new Date(at.getTime() + 1_000);
    await post(7, flooding);
    expect(lastLine()).to.include({ lane: 'live' });
  });

  it('counts only what is genuine against a merchant’s rate: forgeries push no payment to the bulk lane', async () => {
    await openReady({ limits: { callbacksPerSecond: 1, callbacksBurst: 1 } });
    for (const tamper of ['signature', 'probe', 'stale', 'serial'] as const) {
      expect(await ingress.post(signedCallback(1, mchIds[0], { tamper }))).to.include({ status: 401 });
    }
    await post(1);
    expect(lastLine()).to.include({ outcome: 'durable', lane: 'live' });
  });
});

/** A store of which only the inbox is of interest. */
function standInStore(put: () => Promise<void>): NonNullable<IngressOverrides['store']> {
  const orders = { find: async () => undefined };
  return { inbox: { put }, orders, isReady: async () => true, close: async () => undefined };
}
