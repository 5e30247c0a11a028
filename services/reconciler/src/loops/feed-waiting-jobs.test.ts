import { AppError } from '@huidiao/errors';
import { createMetrics } from '@huidiao/runtime';
import { createStore, dropTestDatabase, type Store, withResultsRecorded } from '@huidiao/store';
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
import { type FeedWaitingJobsDeps, feedWaitingJobs } from './feed-waiting-jobs.ts';

const minuteMs = 60_000;

describe('jobs that wait for their order', () => {
  const config = testConfig();
  const clock = createTestClock();
  let store: Store;
  let recording: ReturnType<typeof createRecordingProducer>;
  let deps: FeedWaitingJobsDeps;

  before(async () => {
    const metrics = createMetrics({ service: 'test' });
    store = createStore({ uri: config.mongo.uri, logger, metrics, clock });
    await store.migrate();
  });
  beforeEach(() => {
    recording = createRecordingProducer();
    const { producer } = recording;
    deps = { store, producer, deadLetters: withResultsRecorded(store), clock, logger, limit: 100 };
  });
  after(async () => {
    await store?.close();
    await dropTestDatabase(config.mongo.uri);
  });

  async function keep(lane: 'live' | 'bulk' = 'live') {
    const outTradeNo = newOutTradeNo();
    const job = { id: `apply-payment_${outTradeNo}`, name: 'apply-payment', data: {}, lane } as const;
    const order = { mchId, outTradeNo };
    await store.waitingJobs.keep({ ...job, order });
    return { job, order };
  }

  it('are added again under their id in their lane, each quarter of an hour until they have a result', async () => {
    const { job: kept } = await keep('bulk');
    expect(await feedWaitingJobs(deps)).to.equal(0);
    for (const round of [1, 2]) {
      clock.advance(15 * minuteMs);
      expect(await feedWaitingJobs(deps)).to.equal(1);
      expect(recording.added).to.have.length(round);
    }
    expect(recording.added.at(-1)).to.deep.equal(kept);
    await store.waitingJobs.remove(kept.id);
    clock.advance(15 * minuteMs);
    expect(await feedWaitingJobs(deps)).to.equal(0);
  });

  it('are counted while they wait', async () => {
    const metrics = createMetrics({ service: 'test' });
    createReconcilerMetrics(metrics, store, clock);
    const counted = async () =>
      Number(/huidiao_waiting_jobs\{[^}]*\} (\d+)/.exec(await metrics.registry.metrics())?.[1]);
    const before = await counted();
    const { id } = (await keep()).job;
    expect(await counted()).to.equal(before + 1);
    await store.waitingJobs.remove(id);
    expect(await counted()).to.equal(before);
  });

  it('are not claimed while Redis is away, and come again where it did not take them', async () => {
    const { id } = (await keep()).job;
    clock.advance(15 * minuteMs);
    const code = () => feedWaitingJobs(deps).catch((error: { code: string }) => error.code);
    recording.state.isReady = false;
    expect(await code()).to.equal('QUEUE_UNAVAILABLE');
    recording.state.isReady = true;
    recording.state.failure = new Error('refused');
    expect(await code()).to.equal('INTERNAL_ERROR');
    delete recording.state.failure;
    clock.advance(15 * minuteMs);
    expect(await feedWaitingJobs(deps)).to.equal(1);
    await store.waitingJobs.remove(id);
  });

  it('come back in batches one after another, and no more than ten of them in a round', async () => {
    const kept = await Promise.all(Array.from({ length: 23 }, () => keep()));
    clock.advance(15 * minuteMs);
    const round = () => feedWaitingJobs({ ...deps, limit: 2 });
    expect([await round(), await round(), await round()]).to.deep.equal([20, 3, 0]);
    expect(new Set(recording.added.map(({ id }) => id)).size).to.equal(23);
    for (const { job } of kept) await store.waitingJobs.remove(job.id);
  });

  it('become dead letters where no queue takes them any more, and hold up no other', async () => {
    const { job, order } = await keep();
    const strange = { ...job, id: `apply-payment_${newOutTradeNo()}~heal-2` };
    await store.waitingJobs.keep({ ...strange, order });
    clock.advance(15 * minuteMs);
    const add: FeedWaitingJobsDeps['producer']['add'] = async (job) => {
      if (job.id === strange.id) throw new AppError('JOB_INVALID');
    };
    expect(await feedWaitingJobs({ ...deps, producer: { add, isReady: () => true } })).to.equal(2);
    const letter = await store.deadLetters.find('payment-event', strange.id.replace('~heal-2', ''));
    expect(letter).to.include({ state: 'open', errorCode: 'JOB_INVALID', attempts: 1 });
    clock.advance(15 * minuteMs);
    await feedWaitingJobs(deps);
    expect(recording.added.map(({ id }) => id)).to.not.include(strange.id);
  });
});
