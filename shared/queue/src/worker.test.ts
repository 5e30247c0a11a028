import { type Clock, type JobName, jobCatalogue } from '@huidiao/contracts';
import { AppError, type ErrorKind } from '@huidiao/errors';
import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { JobAttempt } from './job-handler.ts';
import { messageData, newMetrics } from './queue.fixture.test.ts';
import { openQueueBench, type QueueBench, queue } from './queue-bench.fixture.test.ts';
import { toDeadIdsKey } from './queue-keys.ts';

describe('queue worker', () => {
  let bench: QueueBench;
  let add: QueueBench['add'];
  let attempts: QueueBench['attempts'];
  let deadLetters: QueueBench['deadLetters'];
  let isGone: QueueBench['isGone'];
  let jobKey: QueueBench['key'];
  let outcomes: QueueBench['outcomes'];
  let prefix: QueueBench['prefix'];
  let reader: QueueBench['reader'];
  let redis: QueueBench['redis'];
  let work: QueueBench['work'];

  beforeEach(async () => {
    bench = await openQueueBench();
    ({ add, attempts, deadLetters, isGone, key: jobKey, outcomes, prefix, reader, redis, work } = bench);
  });
  afterEach(() => bench.close());

  it('gives the handler its data and writes one line with what it did', async () => {
    const seen: unknown[] = [];
    work(async (data, attempt) => {
      seen.push(data, attempt.jobId, attempt.lane, attempt.attempt, attempt.postponements);
      return { outcome: 'sent', outTradeNo: data.outTradeNo, msgId: 'x1' };
    });
    await add();
    await waitFor('the line', () => attempts().length === 1);
    expect(seen).to.deep.equal([messageData(), 'm1', 'live', 1, 0]);
    expect(attempts()[0]).to.include({
      queue,
      lane: 'live',
      job: 'send-subscribe-message',
      jobId: 'm1',
      attempt: 1,
      requestId: 'request-1',
      outTradeNo: 'order-0001',
      outcome: 'sent',
      msgId: 'x1',
    });
    expect(attempts()[0]).to.have.property('durationMs').that.is.a('number');
    await waitFor('completion', async () => (await reader.counts(queue)).completed === 1);
    // Nothing is remembered about a job that succeeds at once.
    expect(JSON.parse((await redis.hget(jobKey('m1'), 'data')) ?? '')).to.deep.equal({
      payload: messageData(),
    });
    expect(await redis.hget(jobKey('m1'), 'returnvalue')).to.be.oneOf(['null', null]);
  });

  it('retries a transient failure and counts the attempts', async () => {
    const seen: number[] = [];
    const firsts: number[] = [];
    work((_data, attempt) => {
      seen.push(attempt.attempt);
      firsts.push(attempt.firstAttemptAt.getTime());
      if (seen.length < 3) throw new AppError('WECHAT_SYSTEM_ERROR');
      return { outcome: 'sent' };
    });
    await add();
    await waitFor('the third attempt', () => outcomes().includes('sent'));
    expect(seen).to.deep.equal([1, 2, 3]);
    expect(new Set(firsts).size).to.equal(1);
    expect(attempts()[0]).to.include({
      outcome: 'retry',
      errorCode: 'WECHAT_SYSTEM_ERROR',
      errorKind: 'transient',
      retryDelayMs: 200,
    });
    expect(deadLetters.stored).to.deep.equal([]);
  });

  it('puts a throttled job off without using an attempt', async () => {
    const seen: Pick<JobAttempt, 'attempt' | 'postponements'>[] = [];
    work((_data, { attempt, postponements }) => {
      seen.push({ attempt, postponements });
      if (seen.length < 4) throw new AppError('WECHAT_BUSY');
      return { outcome: 'sent' };
    });
    await add();
    await waitFor('the fourth run', () => outcomes().includes('sent'));
    expect(seen).to.deep.equal([0, 1, 2, 3].map((postponements) => ({ attempt: 1, postponements })));
    expect(outcomes()).to.deep.equal(['postponed', 'postponed', 'postponed', 'sent']);
  });

  it('tells the handler what the job fails with, and since when it has failed with that alone', async () => {
    const failures = [
      new AppError('WECHAT_SYSTEM_ERROR'),
      new AppError('WECHAT_BUSY', { kind: 'transient' }),
      new AppError('WECHAT_BUSY', { kind: 'throttled' }),
      new AppError('WECHAT_BUSY', { kind: 'transient' }),
      new AppError('WECHAT_SYSTEM_ERROR', { kind: 'throttled' }),
    ];
    const startedAt = Date.now();
    let runs = 0;
    const clock: Clock = { now: () => new Date(startedAt + runs * 60_000) };
    const seen: [code: string | undefined, sinceRun: number][] = [];
    work(
      (_data, { failing }) => {
        seen.push([failing?.code, (Number(failing?.since ?? startedAt) - startedAt) / 60_000]);
        runs += 1;
        const failure = failures[runs - 1];
        if (failure) throw failure;
        return { outcome: 'sent' };
      },
      { clock },
    );
    await add();
    await waitFor('success', () => outcomes().includes('sent'));
    expect(outcomes()).to.deep.equal(['retry', 'retry', 'postponed', 'retry', 'postponed', 'sent']);
    expect(seen).to.deep.equal([
      [undefined, 0],
      ['WECHAT_SYSTEM_ERROR', 1],
      ['WECHAT_BUSY', 2],
      ['WECHAT_BUSY', 2],
      ['WECHAT_BUSY', 2],
      ['WECHAT_SYSTEM_ERROR', 5],
    ]);
  });

  it('waits at least as long as the remote asked for', async () => {
    work(() => {
      throw new AppError('WECHAT_BUSY', { retryAfterMs: 3_600_000 });
    });
    await add();
    await waitFor('the postponement', async () => (await reader.counts(queue)).delayed === 1);
    expect((await reader.find(queue, 'm1'))?.delayMs).to.be.within(3_590_000, 3_600_000);
  });

  it('stores a dead letter for a permanent failure, removes the job, and the id works again', async () => {
    work(() => {
      throw new AppError('MESSAGE_NOT_SUBSCRIBED', { message: 'refused', details: { remoteCode: 43101 } });
    });
    await add();
    await waitFor('the job to be gone', async () => deadLetters.stored.length === 1 && (await isGone('m1')));
    expect(deadLetters.stored[0]).to.deep.include({
      queue,
      jobId: 'm1',
      jobName: 'send-subscribe-message',
      payload: messageData(),
      errorCode: 'MESSAGE_NOT_SUBSCRIBED',
      reason: 'refused',
      details: { remoteCode: 43101 },
      attempts: 1,
    });
    expect(await reader.counts(queue)).to.include({ failed: 0, active: 0, delayed: 0 });
    await add();
    await waitFor('the second dead letter', () => outcomes().length === 2);
    expect(outcomes()).to.deep.equal(['dead_letter', 'dead_letter']);
    expect(deadLetters.stored).to.have.length(2);
  });

  it('stores a dead letter when the last attempt has failed', async () => {
    const { attempts: allowed } = jobCatalogue['send-subscribe-message'].retry;
    work(() => {
      throw new Error('boom');
    });
    await add();
    await waitFor('the dead letter', () => outcomes().includes('dead_letter'));
    expect(deadLetters.stored[0]).to.deep.include({ attempts: allowed, errorCode: 'INTERNAL_ERROR' });
    expect(deadLetters.stored[0]?.reason).to.contain('boom');
    expect(outcomes()).to.deep.equal([...Array(allowed - 1).fill('retry'), 'dead_letter']);
  });

  for (const [kind, code] of [
    ['transient', 'WECHAT_SYSTEM_ERROR'],
    ['throttled', 'WECHAT_BUSY'],
  ] satisfies [ErrorKind, string][]) {
    it(`gives up a ${kind} failure a day after the first attempt`, async () => {
      let now = Date.now();
      const clock: Clock = { now: () => new Date(now) };
      work(
        () => {
          const error = new AppError(code as 'WECHAT_BUSY');
          now += 13 * 60 * 60 * 1_000;
          throw error;
        },
        { clock },
      );
      await add();
      await waitFor('the dead letter', () => outcomes().includes('dead_letter'));
      expect(attempts()).to.have.length(2);
      const { firstAttemptAt, failedAt } = deadLetters.stored[0] ?? {};
      expect(Number(failedAt) - Number(firstAttemptAt)).to.equal(26 * 60 * 60 * 1_000);
    });
  }

  it('puts a job off while its dead letter cannot be stored', async () => {
    deadLetters.failures.store = new AppError('STORE_UNAVAILABLE');
    work(() => {
      throw new AppError('MESSAGE_REFUSED');
    });
    await add();
    await waitFor('two tries', () => outcomes().length >= 2);
    expect(await isGone('m1')).to.equal(false);
    expect((await reader.counts(queue)).failed).to.equal(0);
    delete deadLetters.failures.store;
    await waitFor('the job to be gone', () => isGone('m1'));
    expect(deadLetters.stored).to.have.length(1);
    expect(deadLetters.stored[0]).to.include({ errorCode: 'MESSAGE_REFUSED', attempts: 1 });
    expect(new Set(outcomes())).to.deep.equal(new Set(['dead_letter_not_stored', 'dead_letter']));
  });

  it('never gives a job up for want of a place for its dead letter', async () => {
    let now = Date.now();
    deadLetters.failures.store = new AppError('STORE_UNAVAILABLE');
    work(
      () => {
        now += 13 * 60 * 60 * 1_000;
        throw new AppError('MESSAGE_REFUSED');
      },
      { clock: { now: () => new Date(now) } },
    );
    await add();
    await waitFor('tries beyond a day', () => outcomes().length >= 3);
    expect(new Set(outcomes())).to.deep.equal(new Set(['dead_letter_not_stored']));
    delete deadLetters.failures.store;
    await waitFor('the dead letter', () => deadLetters.stored.length === 1);
  });

  it('resolves the dead letter of a job that succeeds later, and asks the store about no other', async () => {
    let healthy = false;
    work(() => {
      if (!healthy) throw new AppError('MESSAGE_TEMPLATE_UNKNOWN');
      return { outcome: 'sent' };
    });
    await add();
    await waitFor('the job to be gone', async () => deadLetters.stored.length === 1 && (await isGone('m1')));
    healthy = true;
    await Promise.all([add('m1'), add('m2')]);
    await waitFor('both', () => outcomes().filter((outcome) => outcome === 'sent').length === 2);
    expect(deadLetters.resolved).to.deep.equal(['m1']);
    expect(await redis.zcard(toDeadIdsKey(prefix, queue))).to.equal(0);
  });

  it('runs a job again when its dead letter cannot be resolved', async () => {
    await redis.zadd(toDeadIdsKey(prefix, queue), 1, 'm1');
    deadLetters.failures.resolve = new AppError('STORE_UNAVAILABLE');
    work(() => ({ outcome: 'sent' }));
    await add();
    await waitFor('the postponement', () => outcomes().includes('postponed'));
    delete deadLetters.failures.resolve;
    await waitFor('success', () => outcomes().includes('sent'));
    expect(deadLetters.resolved).to.deep.equal(['m1']);
  });

  it('takes a job of an unknown name, or of another queue, for dead at first sight', async () => {
    await add('m1');
    await add('m2');
    await redis.hset(jobKey('m1'), 'name', 'send-letter');
    await redis.hset(jobKey('m2'), 'name', 'fulfil-order' satisfies JobName);
    let ran = 0;
    work(() => {
      ran += 1;
      return { outcome: 'sent' };
    });
    await waitFor('dead letters', () => deadLetters.stored.length === 2);
    expect(deadLetters.stored.map(({ errorCode }) => errorCode)).to.deep.equal([
      'JOB_UNKNOWN',
      'JOB_UNKNOWN',
    ]);
    expect(ran).to.equal(0);
  });

  it('takes data that the schema refuses for dead at first sight, and keeps it whole', async () => {
    const foreign = { payload: { ...messageData(), mchId: 'nobody' } };
    await add('m1');
    await add('m2');
    await redis.hset(jobKey('m1'), 'data', JSON.stringify(foreign));
    await redis.hset(jobKey('m2'), 'data', '{"bare":true}');
    work(() => ({ outcome: 'sent' }));
    await waitFor('dead letters', () => deadLetters.stored.length === 2);
    const byId = new Map(deadLetters.stored.map((letter) => [letter.jobId, letter]));
    expect(byId.get('m1')).to.deep.include({ errorCode: 'JOB_INVALID', payload: foreign.payload });
    expect(byId.get('m2')).to.deep.include({ errorCode: 'JOB_INVALID', payload: { bare: true } });
    expect(byId.get('m1')?.reason).to.contain('mchId').and.not.contain('nobody');
  });

  it('takes a job that was started 20 times without an end for one that kills workers', async () => {
    await add('m1');
    await add('m2');
    // This start will be the 21st of m1. Of m2, all earlier starts ended: 55 postponements and 5 failures.
    await redis.hset(jobKey('m1'), 'ats', 20);
    const meta = { firstAttemptAt: Date.now(), postponements: 55 };
    await redis.hset(
      jobKey('m2'),
      'ats',
      60,
      'atm',
      5,
      'data',
      JSON.stringify({ payload: messageData(), meta }),
    );
    work((_data, attempt) => ({ outcome: 'sent', attempt: attempt.attempt }));
    await waitFor('both', () => attempts().length === 2);
    expect(deadLetters.stored.map((letter) => [letter.jobId, letter.errorCode])).to.deep.equal([
      ['m1', 'JOB_KILLED_WORKERS'],
    ]);
    expect(attempts().find((line) => line.jobId === 'm2')).to.include({ outcome: 'sent', attempt: 6 });
  });

  it('leaves no stack and no details of a failure in Redis', async () => {
    work(() => {
      throw new AppError('WECHAT_BUSY', {
        kind: 'transient',
        message: 'inside',
        details: { note: 'inside' },
        retryAfterMs: 60_000,
      });
    });
    await add();
    await waitFor('the retry', async () => (await reader.counts(queue)).delayed === 1);
    const hash = await redis.hgetall(jobKey('m1'));
    expect(hash.failedReason).to.equal('WECHAT_BUSY');
    expect(JSON.stringify(hash)).to.not.contain('inside').and.not.contain('.ts');
  });

  it('counts attempts in its metrics, by lane', async () => {
    const metrics = newMetrics();
    work(() => ({ outcome: 'sent' }), { metrics });
    await add('m1', 'bulk');
    await waitFor('the line', () => attempts().length === 1);
    const text = await metrics.registry.metrics();
    expect(text).to.match(/huidiao_job_attempts_total\{[^}]*lane="bulk"[^}]*outcome="sent"[^}]*\} 1/);
    expect(text).to.match(/huidiao_job_attempt_duration_seconds_count\{[^}]*\} 1/);
  });
});
