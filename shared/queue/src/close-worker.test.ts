import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import type { JobAttempt, JobOutcome } from './job-handler.ts';
import type { Producer } from './producer.ts';
import {
  createHeldJob,
  createOwnRedis,
  createRecordingLogger,
  createTestDeadLetters,
  createTestProducer,
  messageData,
  newMetrics,
  type OwnRedis,
} from './queue.fixture.test.ts';
import { createQueueWorker, type QueueWorker, type QueueWorkerOptions } from './worker.ts';

const queue = 'subscribe-message';
const keyPrefix = `{huidiao:${queue}}:${queue}`;

describe('queue worker, closing or cut off', () => {
  let redis: OwnRedis;
  let producer: Producer;
  let closed: Promise<void>[];
  /** How many jobs the handlers of this test have begun. */
  let begun: number;
  let recording: ReturnType<typeof createRecordingLogger>;
  let deadLetters: ReturnType<typeof createTestDeadLetters>;

  const setUp = async (started = true): Promise<void> => {
    redis = await createOwnRedis({}, { started });
    closed = [];
    begun = 0;
    recording = createRecordingLogger();
    deadLetters = createTestDeadLetters();
    producer = createTestProducer(redis.url, { deadlineMs: 5_000 });
  };
  const add = async (id: string): Promise<void> => {
    await waitFor('the producer', () => producer.isReady());
    await producer.add({ name: 'send-subscribe-message', id, data: messageData() });
  };
  const work = (
    handler: (attempt: JobAttempt) => Promise<JobOutcome> | JobOutcome,
    options: Partial<QueueWorkerOptions<typeof queue>> = {},
  ): QueueWorker =>
    createQueueWorker({
      queue,
      handlers: {
        'send-subscribe-message': async (_data, attempt) => {
          const ended = handler(attempt);
          begun += 1;
          return await ended;
        },
        'send-message': () => ({ outcome: 'never_added' }),
      },
      redis: { url: redis.url },
      prefix: 'huidiao',
      concurrency: 2,
      deadLetters: deadLetters.sink,
      logger: recording.logger,
      metrics: newMetrics(),
      random: () => 0,
      ...options,
    });
  // Not what Redis says: a job is active there before the worker knows of it.
  const untilJobRuns = () => waitFor('the job to run', () => begun > 0);
  const close = async (worker: QueueWorker, deadlineMs: number): Promise<number> => {
    const startedAt = performance.now();
    const closing = worker.close(deadlineMs);
    closed.push(closing);
    await closing;
    return performance.now() - startedAt;
  };
  const outcomes = () =>
    recording.lines.filter((line) => line.event === 'job.attempted').map((line) => line.outcome);

  afterEach(async () => {
    await Promise.all(closed);
    await producer.close();
    await redis.close();
  });

  it('waits for the job under way, and fetches no other', async () => {
    await setUp();
    const { handler, release } = createHeldJob('sent');
    const worker = work(handler, { concurrency: 1 });
    await add('m1');
    await untilJobRuns();
    await add('m2');
    const closing = close(worker, 10_000);
    expect(worker.isReady()).to.equal(false);
    release();
    expect(await closing).to.be.lessThan(5_000);
    expect(outcomes()).to.deep.equal(['sent']);
    expect(await redis.client.llen(`${keyPrefix}:active`)).to.equal(0);
    expect(await redis.client.lrange(`${keyPrefix}:wait`, 0, -1)).to.deep.equal(['m2']);
  });

  it('aborts the signal near the deadline and puts a job that stops back into the queue', async () => {
    await setUp();
    const worker = work(
      ({ signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    await add('m1');
    await untilJobRuns();
    expect(await close(worker, 1_000)).to.be.within(750, 2_000);
    expect(outcomes()).to.deep.equal(['put_back']);
    expect(await redis.client.lrange(`${keyPrefix}:wait`, 0, -1)).to.deep.equal(['m1']);
    expect(await redis.client.hget(`${keyPrefix}:m1`, 'atm')).to.equal(null);

    const next = work(({ attempt }) => ({ outcome: 'sent', attempt }));
    await waitFor('the job to be done', () => outcomes().includes('sent'));
    await close(next, 5_000);
  });

  it('does not take a job that each restart puts back for one that kills workers', async () => {
    await setUp();
    await add('m1');
    // The next start is the 20th that did not end, which is as many as there may be. It failed before, too.
    const failing = { code: 'WECHAT_BUSY', since: 1_700_000_000_000 };
    const meta = { firstAttemptAt: Date.now(), postponements: 0, failing };
    const data = JSON.stringify({ payload: messageData(), meta });
    await redis.client.hset(`${keyPrefix}:m1`, 'ats', 19, 'data', data);
    const worker = work(
      ({ signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    await untilJobRuns();
    await close(worker, 1_000);
    expect(outcomes()).to.deep.equal(['put_back']);

    let seen: JobAttempt['failing'];
    const next = work((attempt) => {
      seen = attempt.failing;
      return { outcome: 'sent' };
    });
    await waitFor('the next attempt', () => outcomes().length === 2);
    await close(next, 5_000);
    expect(outcomes()).to.deep.equal(['put_back', 'sent']);
    expect(deadLetters.stored).to.deep.equal([]);
    expect(seen).to.deep.equal({ code: failing.code, since: new Date(failing.since) });
  });

  it('leaves a job that does not stop to the stalled check of another worker', async () => {
    await setUp();
    const { handler, release } = createHeldJob('too late');
    const deaf = work(handler, { lockMs: 500 });
    await add('m1');
    await untilJobRuns();
    expect(await close(deaf, 500)).to.be.within(450, 1_500);
    expect(recording.lines.find((line) => line.event === 'worker.cut_off')).to.include({ jobs: 1 });

    const next = work(() => ({ outcome: 'sent' }), { lockMs: 500 });
    await waitFor('the job to be done', () => outcomes().includes('sent'));
    release();
    await close(next, 5_000);
    expect(recording.lines.some((line) => line.event === 'job.stalled')).to.equal(true);
  });

  it('closes at once when Redis is down and no job runs', async () => {
    await setUp();
    const worker = work(() => ({ outcome: 'sent' }));
    await waitFor('the worker', () => worker.isReady());
    await redis.kill();
    await waitFor('the outage to be seen', () => !worker.isReady());
    expect(await close(worker, 20_000)).to.be.lessThan(2_000);
  });

  it('closes at once when Redis never came', async () => {
    await setUp(false);
    const worker = work(() => ({ outcome: 'sent' }));
    expect(await close(worker, 20_000)).to.be.lessThan(2_000);
  });

  it('closes when Redis goes away while a job runs, once that job has ended', async () => {
    await setUp();
    const { handler, release } = createHeldJob('sent');
    const worker = work(handler);
    await add('m1');
    await untilJobRuns();
    await redis.kill();
    await waitFor('the outage to be seen', () => !worker.isReady());
    const closing = close(worker, 20_000);
    release();
    expect(await closing).to.be.lessThan(5_000);
  });

  it('closes by the deadline when Redis is silent', async () => {
    await setUp();
    const worker = work(() => ({ outcome: 'sent' }));
    await add('m1');
    await waitFor('a job done', () => outcomes().length === 1);
    redis.signal('SIGSTOP');
    expect(await close(worker, 1_000)).to.be.lessThan(2_500);
    redis.signal('SIGCONT');
  });

  it('closes within seconds when Redis falls silent while the end of a job is on its way to it', async () => {
    await setUp();
    const { handler, release } = createHeldJob('sent');
    const worker = work(handler);
    await add('m1');
    await untilJobRuns();
    redis.signal('SIGSTOP');
    release();
    // A quarter of the deadline is how long this Redis may owe an answer.
    expect(await close(worker, 6_000)).to.be.lessThan(4_500);
    redis.signal('SIGCONT');
  });

  it('does not take a Redis that answers for one that is silent, however long a job takes', async () => {
    await setUp();
    const { handler, release } = createHeldJob('sent');
    const worker = work(handler);
    await add('m1');
    await untilJobRuns();
    await redis.client.config('RESETSTAT');
    const closing = close(worker, 4_000);
    const pings = async (): Promise<number> =>
      Number(/cmdstat_ping:calls=(\d+)/.exec(await redis.client.info('commandstats'))?.[1] ?? 0);
    await waitFor('many questions whether it is there', async () => (await pings()) > 4);
    release();
    await closing;
    expect(outcomes()).to.deep.equal(['sent']);
    expect(await redis.client.llen(`${keyPrefix}:active`)).to.equal(0);
    expect(recording.lines.some((line) => line.event === 'worker.cut_off')).to.equal(false);
  });

  it('starts to work once Redis comes, and again after an outage', async () => {
    await setUp(false);
    const worker = work(() => ({ outcome: 'sent' }));
    expect(worker.isReady()).to.equal(false);
    await redis.start();
    await add('m1');
    await waitFor('the first job', () => outcomes().length === 1);
    await redis.kill();
    await waitFor('the outage to be seen', () => !worker.isReady());
    await redis.start();
    await add('m2');
    await waitFor('the second job', () => outcomes().length === 2, { timeoutMs: 15_000 });
    await close(worker, 5_000);
  });

  it('tells an attempt to stop when another worker has taken the job over', async () => {
    await setUp();
    const aborted: boolean[] = [];
    const worker = work(
      ({ signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => {
            aborted.push(true);
            reject(new Error('stopped'));
          }),
        ),
      { lockMs: 1_000 },
    );
    await add('m1');
    await untilJobRuns();
    await redis.client.set(`${keyPrefix}:m1:lock`, 'somebody else');
    await waitFor('the signal', () => aborted.length === 1);
    await waitFor('the line', () => outcomes().includes('not_settled'));
    await close(worker, 5_000);
    expect(deadLetters.stored).to.deep.equal([]);
  });
});
