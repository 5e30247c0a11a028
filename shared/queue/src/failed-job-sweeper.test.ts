import type { DeadLetter } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { testPrefix, testRedisUrl, waitFor } from '@huidiao/testing';
import { UnrecoverableError, Worker } from 'bullmq';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createFailedJobSweeper, type FailedJobSweeper } from './failed-job-sweeper.ts';
import { createProducer, type Producer } from './producer.ts';
import { createTestDeadLetters, messageData, newMetrics, silentLogger } from './queue.fixture.test.ts';
import { toDeadIdsKey, toKeyPrefix } from './queue-keys.ts';
import { createQueueReader, type QueueReader } from './queue-reader.ts';

const queue = 'subscribe-message';

describe('failed job sweeper', () => {
  let prefix: string;
  let redis: Redis;
  let producer: Producer;
  let reader: QueueReader;
  let deadLetters: ReturnType<typeof createTestDeadLetters>;
  let sweeper: FailedJobSweeper;

  const openSweeper = (store = deadLetters.sink.store): FailedJobSweeper =>
    createFailedJobSweeper({
      queues: [queue, 'payment-event'],
      redis: { url: testRedisUrl() },
      prefix,
      deadLetters: { ...deadLetters.sink, store },
      logger: silentLogger,
      metrics: newMetrics(),
    });
  const add = (id: string) => producer.add({ name: 'send-subscribe-message', id, data: messageData() });

  /** Fails jobs with BullMQ's own means, past our worker. */
  const failAll = async (ids: readonly string[], reason = 'by hand'): Promise<void> => {
    await Promise.all(ids.map(add));
    const connection = new Redis(testRedisUrl(), { maxRetriesPerRequest: null });
    const fail = async () => {
      throw new UnrecoverableError(reason);
    };
    const worker = new Worker(queue, fail, { connection, prefix: toKeyPrefix(prefix, queue) });
    try {
      await waitFor('failed jobs', async () => (await reader.counts(queue)).failed === ids.length);
    } finally {
      await worker.close();
      connection.disconnect();
    }
  };

  beforeEach(async () => {
    prefix = testPrefix();
    redis = new Redis(testRedisUrl());
    deadLetters = createTestDeadLetters();
    reader = createQueueReader({ redis: { url: testRedisUrl() }, prefix, logger: silentLogger });
    producer = createProducer({
      redis: { url: testRedisUrl() },
      prefix,
      durability: 'always',
      waitReplicas: 0,
      deadlineMs: 5_000,
      logger: silentLogger,
      metrics: newMetrics(),
    });
    sweeper = openSweeper();
    await waitFor('the producer', () => producer.isReady());
  });
  afterEach(async () => {
    await sweeper.close();
    await producer.close();
    await reader.close();
    const keys = await redis.keys(`{${prefix}:*`);
    if (keys.length > 0) await redis.del(keys);
    redis.disconnect();
  });

  it('stores a dead letter for a job that died without one, and frees its id', async () => {
    await failAll(['m1']);
    expect(await sweeper.sweep(10)).to.deep.equal({ swept: 1 });
    expect(deadLetters.stored).to.have.length(1);
    expect(deadLetters.stored[0]).to.deep.include({
      queue,
      jobId: 'm1',
      jobName: 'send-subscribe-message',
      payload: messageData(),
      errorCode: 'INTERNAL_ERROR',
    });
    expect(deadLetters.stored[0]?.reason).to.contain('by hand');
    expect(await redis.zscore(toDeadIdsKey(prefix, queue), 'm1')).to.not.equal(null);
    await add('m1');
    expect(await reader.counts(queue)).to.include({ failed: 0, waiting: 1 });
    expect(await sweeper.sweep(10)).to.deep.equal({ swept: 0 });
  });

  it('keeps the code that our worker gave as the reason', async () => {
    await failAll(['m1'], 'MESSAGE_REFUSED');
    await sweeper.sweep(10);
    expect(deadLetters.stored[0]).to.include({ errorCode: 'MESSAGE_REFUSED' });
  });

  it('says of a job that stalled more often than allowed that it kills workers', async () => {
    await add('m1');
    const prefixOfQueue = `${toKeyPrefix(prefix, queue)}:${queue}`;
    // As a killed worker leaves it: active, marked as stalling, and without a lock.
    await redis.multi().lrem(`${prefixOfQueue}:wait`, 1, 'm1').lpush(`${prefixOfQueue}:active`, 'm1').exec();
    await redis.sadd(`${prefixOfQueue}:stalled`, 'm1');
    const connection = new Redis(testRedisUrl(), { maxRetriesPerRequest: null });
    let ran = false;
    const run = async () => {
      ran = true;
    };
    const worker = new Worker(queue, run, {
      connection,
      prefix: toKeyPrefix(prefix, queue),
      maxStalledCount: 0,
    });
    try {
      await waitFor('the job to fail', async () => (await reader.counts(queue)).failed === 1);
    } finally {
      await worker.close();
      connection.disconnect();
    }
    expect(await sweeper.sweep(10)).to.deep.equal({ swept: 1 });
    expect(ran).to.equal(false);
    expect(deadLetters.stored[0]).to.include({ errorCode: 'JOB_KILLED_WORKERS' });
    expect(deadLetters.stored[0]?.details).to.include({ stalled: 1 });
  });

  it('sweeps no more than asked for at once, the oldest first', async () => {
    await failAll(['m1', 'm2', 'm3']);
    expect(await sweeper.sweep(2)).to.deep.equal({ swept: 2 });
    expect(await sweeper.sweep(2)).to.deep.equal({ swept: 1 });
    expect(new Set(deadLetters.stored.map(({ jobId }) => jobId))).to.deep.equal(new Set(['m1', 'm2', 'm3']));
  });

  it('leaves the job where it is while its dead letter cannot be stored', async () => {
    await failAll(['m1']);
    deadLetters.failures.store = new AppError('STORE_UNAVAILABLE');
    const failure = await sweeper.sweep(10).catch((error: unknown) => error);
    expect(failure).to.include({ code: 'STORE_UNAVAILABLE' });
    expect(await reader.counts(queue)).to.include({ failed: 1 });
    delete deadLetters.failures.store;
    expect(await sweeper.sweep(10)).to.deep.equal({ swept: 1 });
  });

  it('sweeps the jobs behind one whose dead letter the store refuses, and throws the refusal', async () => {
    await failAll(['m1', 'm2', 'm3']);
    let refused: string | undefined;
    const refusing = openSweeper(async (letter: DeadLetter) => {
      refused ??= letter.jobId;
      if (letter.jobId === refused) throw new Error('the document is too large');
      deadLetters.stored.push(letter);
    });
    try {
      const failure = await refusing.sweep(10).catch((error: unknown) => error);
      expect(failure).to.include({ code: 'INTERNAL_ERROR' });
      expect((failure as AppError).message).to.contain('the document is too large');
      expect(deadLetters.stored).to.have.length(2);
      expect(await reader.counts(queue)).to.include({ failed: 1 });
    } finally {
      await refusing.close();
    }
  });

  it('does not try the jobs behind one for which the store was away', async () => {
    await failAll(['m1', 'm2', 'm3']);
    let asked = 0;
    const turnedAway = openSweeper(async () => {
      asked += 1;
      throw new AppError('STORE_UNAVAILABLE');
    });
    try {
      const failure = await turnedAway.sweep(10).catch((error: unknown) => error);
      expect(failure).to.include({ code: 'STORE_UNAVAILABLE' });
      expect(asked).to.equal(1);
    } finally {
      await turnedAway.close();
    }
  });

  it('counts each job once when two processes sweep', async () => {
    const ids = Array.from({ length: 10 }, (_, index) => `m${index}`);
    await failAll(ids);
    const other = openSweeper();
    try {
      const [one, two] = await Promise.all([sweeper.sweep(10), other.sweep(10)]);
      expect(one.swept + two.swept).to.equal(10);
      expect(new Set(deadLetters.stored.map(({ jobId }) => jobId))).to.deep.equal(new Set(ids));
      expect(await reader.counts(queue)).to.include({ failed: 0 });
    } finally {
      await other.close();
    }
  });

  it('does not remove a job that was swept by another and added again meanwhile', async () => {
    await failAll(['m1']);
    // While this sweeper stores the dead letter, another one ends its sweep and the sender comes again.
    const slow = openSweeper(async (letter: DeadLetter) => {
      await sweeper.sweep(10);
      await add(letter.jobId);
    });
    try {
      expect(await slow.sweep(10)).to.deep.equal({ swept: 0 });
      expect(await reader.counts(queue)).to.include({ failed: 0, waiting: 1 });
      expect(await reader.find(queue, 'm1')).to.not.equal(undefined);
    } finally {
      await slow.close();
    }
  });
});
