import { createProducer, createQueueReader, type Producer, type QueueReader } from '@huidiao/queue';
import { createLogger, createMetrics } from '@huidiao/runtime';
import { createStore, dropTestDatabase, type Store, withResultsRecorded } from '@huidiao/store';
import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { after, before, beforeEach, describe, it } from 'mocha';
import {
  createRecordingProducer,
  createTestClock,
  silentLogger as logger,
  mchId,
  newOutTradeNo,
  testConfig,
} from '../reconciler.fixture.test.ts';
import { createReconcilerMetrics } from '../reconciler-metrics.ts';
import { type FeedInboxDeps, feedInbox } from './feed-inbox.ts';

const leaseMs = 30_000;

describe('feeding the inbox to Redis', () => {
  const config = testConfig();
  const clock = createTestClock();
  const metrics = createMetrics({ service: 'test' });
  let store: Store;
  let producer: Producer;
  let reader: QueueReader;
  let deps: FeedInboxDeps;
  const lines: string[] = [];

  before(async () => {
    const { redis } = config;
    store = createStore({ uri: config.mongo.uri, logger, metrics, clock });
    await store.migrate();
    producer = createProducer({ redis, ...redis, durability: redis.appendfsync, logger, metrics });
    reader = createQueueReader({ redis, prefix: redis.prefix, logger });
    await waitFor('the producer', () => producer.isReady());
  });
  after(async () => {
    await Promise.all([producer?.close(), reader?.close(), store?.close()]);
    await dropTestDatabase(config.mongo.uri);
  });
  beforeEach(() => {
    lines.length = 0;
    const told = createLogger(
      { service: 'test', level: 'error' },
      { write: (line) => void lines.push(line) },
    );
    const deadLetters = withResultsRecorded(store);
    deps = { store, producer, deadLetters, clock, logger: told, leaseMs, limit: 100 };
  });

  /** A callback as the ingress leaves it when Redis does not take its job. */
  async function put(changes: { name?: string; data?: unknown } = {}): Promise<string> {
    const id = `keep-callback_${mchId}_${newOutTradeNo()}`;
    const data = {
      requestId: 'request-1',
      callbackKey: id,
      mchId,
      notificationId: 'EV-1',
      eventType: 'REFUND.SUCCESS',
      receivedAt: clock.now().toISOString(),
      reason: 'unknown_type',
      problem: 'nothing handles it',
      body: '{}',
      bodyEncoding: 'utf8',
    };
    await store.inbox.put({ id, name: 'keep-callback', data, ...changes } as Parameters<
      Store['inbox']['put']
    >[0]);
    return id;
  }
  const waiting = () => store.inbox.count({ limit: 100 });

  it('adds each job under its own id in the bulk lane, and then the inbox is empty', async () => {
    const ids = [await put(), await put()];
    expect(await feedInbox(deps)).to.equal(2);
    for (const id of ids) {
      const job = await reader.find('payment-event', id);
      expect(job).to.include({ name: 'keep-callback', lane: 'bulk' });
      expect(job?.payload).to.include({ callbackKey: id });
    }
    expect(await waiting()).to.equal(0);
    expect(await feedInbox(deps)).to.equal(0);
  });

  it('claims nothing while Redis is away, so that no callback waits for a lease after it is back', async () => {
    await put();
    const away = createRecordingProducer();
    away.state.isReady = false;
    const failure = await feedInbox({ ...deps, producer: away.producer }).catch((error: unknown) => error);
    expect(failure).to.include({ code: 'QUEUE_UNAVAILABLE' });
    expect(await feedInbox(deps)).to.equal(1);
  });

  it('keeps a callback whose job Redis did not take, until after the lease', async () => {
    await put();
    const away = createRecordingProducer();
    away.state.failure = new Error('refused');
    const failing = feedInbox({ ...deps, producer: away.producer });
    expect(await failing.catch((error: unknown) => error)).to.include({ code: 'INTERNAL_ERROR' });
    expect(await waiting()).to.equal(1);
    expect(await feedInbox(deps)).to.equal(0);
    clock.advance(leaseMs + 1);
    expect(await feedInbox(deps)).to.equal(1);
  });

  it('adds a job twice under one id when the process dies before the row is gone', async () => {
    const id = await put();
    const remove = () => Promise.reject(new Error('died'));
    const dying = { ...deps, store: { inbox: { ...store.inbox, remove } } };
    await feedInbox(dying).catch(() => undefined);
    expect(await reader.find('payment-event', id), 'before the row is gone').to.not.equal(undefined);
    clock.advance(leaseMs + 1);
    expect(await feedInbox(deps)).to.equal(1);
    const jobs = await reader.list('payment-event', 'waiting', 100, 'bulk');
    expect(jobs.filter((job) => job.id === id)).to.have.length(1);
  });

  it('feeds a row once when two replicas look at the same time', async () => {
    await Promise.all(Array.from({ length: 10 }, () => put()));
    const { producer: recorder, added } = createRecordingProducer();
    const both = { ...deps, producer: recorder };
    await Promise.all([feedInbox(both), feedInbox(both)]);
    expect(added).to.have.length(10);
    expect(new Set(added.map(({ id }) => id)).size).to.equal(10);
    expect(await waiting()).to.equal(0);
  });

  for (const [what, changes] of [
    ['whose content the schema refuses', { data: { mchId: 'x'.repeat(1_000) } }],
    ['of a name that nobody knows', { name: 'apply-magic' }],
    ['of a name that every object has', { name: 'constructor' }],
  ] as const) {
    it(`makes a dead letter of a job ${what}, and holds up no other`, async () => {
      const id = await put(changes);
      const good = await put();
      expect(await feedInbox(deps)).to.equal(2);
      expect(await reader.find('payment-event', good)).to.not.equal(undefined);
      const letter = await store.deadLetters.find('payment-event', id);
      expect(letter).to.include({ state: 'open', errorCode: 'JOB_INVALID', attempts: 1 });
      expect(lines.map((line) => JSON.parse(line).alarm)).to.deep.equal(['dead-letter']);
      expect(await waiting()).to.equal(0);
    });
  }

  it('keeps a row whose dead letter could not be stored', async () => {
    const id = await put({ name: 'apply-magic' });
    const failing = { store: () => Promise.reject(new Error('away')) };
    await feedInbox({ ...deps, deadLetters: failing }).catch(() => undefined);
    expect(await waiting()).to.equal(1);
    clock.advance(leaseMs + 1);
    await feedInbox(deps);
    expect(await store.deadLetters.find('payment-event', id)).to.include({ state: 'open' });
  });

  it('shows how many callbacks wait, and for how long', async () => {
    createReconcilerMetrics(metrics, store, clock);
    const read = async () => await metrics.registry.metrics();
    expect(await read()).to.match(/huidiao_inbox_rows\{[^}]*\} 0\n/);
    expect(await read()).to.match(/huidiao_inbox_oldest_seconds\{[^}]*\} 0\n/);
    await put();
    clock.advance(90_000);
    expect(await read()).to.match(/huidiao_inbox_rows\{[^}]*\} 1\n/);
    expect(await read()).to.match(/huidiao_inbox_oldest_seconds\{[^}]*\} 9\d/);
    await feedInbox(deps);
    expect(await read()).to.match(/huidiao_inbox_rows\{[^}]*\} 0\n/);
  });

  it('shows that it is not known how many wait, without holding up a scrape, while MongoDB is silent', async () => {
    const silent = createMetrics({ service: 'test' });
    const never = () => new Promise<never>(() => undefined);
    const refused = () => Promise.reject(new Error('away'));
    createReconcilerMetrics(
      silent,
      {
        inbox: { ...store.inbox, count: never, oldest: refused },
        waitingJobs: { ...store.waitingJobs, count: refused },
      },
      clock,
    );
    const text = await silent.registry.metrics();
    expect(text).to.match(/huidiao_inbox_rows\{[^}]*\} Nan/);
    expect(text).to.match(/huidiao_inbox_oldest_seconds\{[^}]*\} Nan/);
    expect(text).to.match(/huidiao_waiting_jobs\{[^}]*\} Nan/);
  });
});
