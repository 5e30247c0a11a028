import { type Lane, lanes, toCountedJobId } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { testRedisUrl, waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createFailedJobSweeper } from './failed-job-sweeper.ts';
import { messageData, newMetrics, silentLogger } from './queue.fixture.test.ts';
import { openQueueBench, type QueueBench, queue } from './queue-bench.fixture.test.ts';
import { toDeadIdsKey, toKeyPrefix } from './queue-keys.ts';
import { toSlots } from './worker.ts';

const replayOf = (id: string) => toCountedJobId(id, 'replay', 1);
const healOf = (id: string) => toCountedJobId(id, 'heal', 1);

describe('the lanes of a queue', () => {
  let bench: QueueBench;
  let add: QueueBench['add'];
  let reader: QueueBench['reader'];

  beforeEach(async () => {
    bench = await openQueueBench();
    ({ add, reader } = bench);
  });
  afterEach(() => bench.close());

  const dies = () => {
    throw new AppError('MESSAGE_REFUSED');
  };
  const succeeds = () => ({ outcome: 'sent' });

  it('share the slots of a worker four to one, and neither is ever without', () => {
    const shares = [1, 2, 5, 9, 10, 20, 32].map((concurrency) => {
      const { live, bulk } = toSlots(concurrency);
      return [concurrency, live, bulk];
    });
    expect(shares).to.deep.equal([
      [1, 1, 1],
      [2, 1, 1],
      [5, 4, 1],
      [9, 8, 1],
      [10, 8, 2],
      [20, 16, 4],
      [32, 26, 6],
    ]);
  });

  it('run no more jobs at once than their slots', async () => {
    const running = { live: 0, bulk: 0 };
    const most = { live: 0, bulk: 0 };
    const open: (() => void)[] = [];
    bench.work(
      async (_data, { lane }) => {
        running[lane] += 1;
        most[lane] = Math.max(most[lane], running[lane]);
        await new Promise<void>((resolve) => open.push(resolve));
        running[lane] -= 1;
        return { outcome: 'sent' };
      },
      { concurrency: 5 },
    );
    await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((n) => add(`m${n}`, n > 5 ? 'bulk' : 'live')));
    await waitFor('every slot to be taken', () => open.length === 5);
    await waitFor('all of them', () => {
      open.shift()?.();
      return bench.outcomes().length === 8;
    });
    expect(most).to.deep.equal({ live: 4, bulk: 1 });
  });

  it('do not hold each other up: a live job runs at once although a heap waits in the bulk lane', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    bench.work(async (_data, { lane }) => {
      if (lane === 'bulk') await held;
      return { outcome: 'sent' };
    });
    await Promise.all(Array.from({ length: 50 }, (_, n) => add(`heap${n}`, 'bulk')));
    await add('m1');
    await waitFor('the live job', () => bench.outcomes().length === 1);
    expect(bench.attempts()[0]).to.include({ queue, lane: 'live', jobId: 'm1' });
    expect(await reader.counts(queue, 'bulk')).to.include({ active: 1, waiting: 49 });
    release();
  });

  it('are closed and ready together', async () => {
    const worker = bench.work(succeeds);
    await waitFor('both lanes', () => worker.isReady());
    await worker.close(5_000);
    expect(worker.isReady()).to.equal(false);
    await Promise.all([add('m1'), add('m1', 'bulk')]);
    expect(await reader.counts(queue)).to.include({ waiting: 2, active: 0 });
  });

  it('have keys of their own, each in one slot of a cluster, and the live lane those of the queue', async () => {
    await Promise.all([add('m1'), add('m1', 'bulk')]);
    const keys = await bench.redis.keys(`{${bench.prefix}:*`);
    expect(new Set(keys.map((key) => key.slice(0, key.indexOf('}') + 1)))).to.deep.equal(
      new Set([`{${bench.prefix}:${queue}}`, `{${bench.prefix}:${queue}-bulk}`]),
    );
    expect(keys).to.include(`{${bench.prefix}:${queue}}:${queue}:m1`);
    expect(keys).to.include(`{${bench.prefix}:${queue}-bulk}:${queue}-bulk:m1`);
  });

  it('are counted, searched and listed together, or one alone', async () => {
    await Promise.all([add('m1'), add('m2', 'bulk'), add('m3', 'bulk')]);
    expect(await reader.counts(queue)).to.include({ waiting: 3 });
    expect(await reader.counts(queue, 'bulk')).to.include({ waiting: 2 });
    expect(await reader.find(queue, 'm2')).to.include({ id: 'm2', lane: 'bulk' });
    expect(await reader.find(queue, 'm2', 'live')).to.equal(undefined);
    const listed = async (limit: number, lane?: Lane) =>
      (await reader.list(queue, 'waiting', limit, lane)).map((job) => `${job.lane} ${job.id}`);
    expect(await listed(10)).to.deep.equal(['live m1', 'bulk m2', 'bulk m3']);
    expect(await listed(2)).to.deep.equal(['live m1', 'bulk m2']);
    expect(await listed(10, 'bulk')).to.deep.equal(['bulk m2', 'bulk m3']);
  });

  for (const lane of lanes) {
    const other: Lane = lane === 'live' ? 'bulk' : 'live';
    it(`do not swallow a ${other} job for a ${lane} one of its id, in whatever state`, async () => {
      const ids = ['w1', 'f1', 'c1', 'd1'];
      await Promise.all(ids.map((id) => add(id, lane)));
      for (const [id, state, score] of [
        ['f1', 'failed', '1'],
        ['c1', 'completed', '1'],
        ['d1', 'delayed', '1e16'],
      ] as const) {
        await bench.redis.lrem(bench.key('wait', lane), 0, id);
        await bench.redis.zadd(bench.key(state, lane), score, id);
      }
      const states = { waiting: 1, failed: 1, completed: 1, delayed: 1 };
      expect(await reader.counts(queue, lane)).to.include(states);
      await Promise.all(ids.map((id) => add(id, other)));
      expect(await reader.counts(queue, other)).to.include({ waiting: 4 });
      expect(await reader.counts(queue, lane)).to.include(states);
    });
  }

  it('leave each other alone when a job dies: the same id still works in both', async () => {
    const dying = bench.work((_data, { lane }) => (lane === 'live' ? dies() : succeeds()));
    await add('m1');
    await waitFor('the job to be gone', () => bench.isGone('m1'));
    await waitFor('the dead letter', () => bench.deadLetters.stored.length === 1);
    await dying.close(5_000);
    await Promise.all([add('m1'), add('m1', 'bulk')]);
    expect(await reader.counts(queue, 'live')).to.include({ waiting: 1 });
    expect(await reader.counts(queue, 'bulk')).to.include({ waiting: 1 });
  });

  it('share dead letters: what dies in the live lane is resolved when it succeeds in the bulk lane', async () => {
    bench.work((_data, { lane }) => (lane === 'live' ? dies() : succeeds()));
    await add('m1');
    await waitFor('the dead letter', () => bench.deadLetters.stored.length === 1);
    await add('m1', 'bulk');
    await waitFor('the dead letter to be resolved', () => bench.deadLetters.resolved.length === 1);
    expect(bench.deadLetters.resolved).to.deep.equal(['m1']);
  });

  it('resolve the dead letter of a replay although Redis was lost since, and remembers no id', async () => {
    bench.work(() => succeeds());
    await add(replayOf('m1'), 'bulk');
    await waitFor('the dead letter to be resolved', () => bench.deadLetters.resolved.length === 1);
    expect(bench.deadLetters.resolved).to.deep.equal(['m1']);
  });

  for (const [what, repeat] of [
    ['a replay', replayOf],
    ['a heal', healOf],
  ] as const) {
    it(`let ${what} that succeeds resolve the dead letter of the job that it repeats`, async () => {
      let healthy = false;
      bench.work((_data, { jobId }) => (healthy && jobId === repeat('m1') ? succeeds() : dies()));
      await add('m1');
      await waitFor('the dead letter', () => bench.deadLetters.stored.length === 1);
      healthy = true;
      await add(repeat('m1'), 'bulk');
      await waitFor('the dead letter to be resolved', () => bench.deadLetters.resolved.length === 1);
      expect(bench.deadLetters.resolved).to.deep.equal(['m1']);
      await waitFor('the id to be forgotten', async () => {
        return (await bench.redis.zcard(toDeadIdsKey(bench.prefix, queue))) === 0;
      });
    });
  }

  it('reopen the dead letter of the first job when its repetition dies again', async () => {
    bench.work(dies);
    await add('m1');
    await waitFor('the dead letter', () => bench.deadLetters.stored.length === 1);
    await add(replayOf('m1'), 'bulk');
    await waitFor('the second death', () => bench.attempts().length === 2);
    expect(bench.deadLetters.stored.map(({ queue: name, jobId }) => [name, jobId])).to.deep.equal([
      [queue, 'm1'],
      [queue, 'm1'],
    ]);
    expect(bench.attempts()[1]).to.include({ queue, lane: 'bulk', jobId: replayOf('m1') });
  });

  it('are both swept of jobs that failed without a dead letter, under the id of the job repeated', async () => {
    await Promise.all([add('m1'), add(replayOf('m2'), 'bulk')]);
    for (const [lane, id] of [
      ['live', 'm1'],
      ['bulk', replayOf('m2')],
    ] as const) {
      await bench.redis.lrem(bench.key('wait', lane), 0, id);
      await bench.redis.zadd(bench.key('failed', lane), '1', id);
    }
    const sweeper = createFailedJobSweeper({
      queues: [queue],
      redis: { url: testRedisUrl() },
      prefix: bench.prefix,
      deadLetters: bench.deadLetters.sink,
      logger: silentLogger,
      metrics: newMetrics(),
    });
    try {
      expect(await sweeper.sweep(10)).to.deep.equal({ swept: 2 });
    } finally {
      await sweeper.close();
    }
    expect(
      new Set(bench.deadLetters.stored.map((letter) => `${letter.queue} ${letter.jobId}`)),
    ).to.deep.equal(new Set([`${queue} m1`, `${queue} m2`]));
    expect(await bench.redis.zrange(toDeadIdsKey(bench.prefix, queue), '0', '-1')).to.have.members([
      'm1',
      'm2',
    ]);
    expect(await reader.counts(queue)).to.include({ failed: 0 });
    await add(replayOf('m2'), 'bulk');
    expect(await reader.counts(queue, 'bulk')).to.include({ waiting: 1 });
  });

  it('share a turn of the event loop, each with its own pipeline and fate', async () => {
    // Text under the key of one lane's list makes the scripts of that lane fail.
    await bench.redis.set(bench.key('wait', 'bulk'), 'not a list');
    const results = await Promise.allSettled([add('m1'), add('m2', 'bulk'), add('m3')]);
    expect(results.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled']);
    expect(await bench.redis.lrange(bench.key('wait'), 0, -1)).to.have.members(['m1', 'm3']);
    expect(toKeyPrefix(bench.prefix, queue, 'bulk')).to.contain('-bulk');
    await bench.producer.add({ name: 'send-subscribe-message', id: 'm4', data: messageData() });
    expect(await bench.redis.llen(bench.key('wait'))).to.equal(3);
  });
});
