import { createHalfDeadProxy, type HalfDeadProxy, waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createOwnRedis, messageData, newMetrics, type OwnRedis } from './queue.fixture.test.ts';
import { type Handler, openQueueBench, type QueueBench, queue } from './queue-bench.fixture.test.ts';
import { createWatchdog, type WatchedWorker } from './watchdog.ts';
import type { QueueWorkerOptions } from './worker.ts';

describe('createWatchdog', () => {
  let look: () => Promise<void>;
  let done: string[];
  let stopped: boolean;

  const guard = (worker: Partial<WatchedWorker>) =>
    createWatchdog(
      {
        countFetchable: async () => 3,
        fetched: () => 0,
        hasFreeSlot: () => true,
        renew: (fetchable) => done.push(`renew ${fetchable}`),
        giveUp: (fetchable) => done.push(`give up ${fetchable}`),
        ...worker,
      },
      {
        stuckAfterMs: 30_000,
        repeat(each, everyMs) {
          expect(everyMs).to.equal(5_000);
          look = each;
          return () => {
            stopped = true;
          };
        },
      },
    );
  const lookOften = async (times: number): Promise<void> => {
    for (let n = 0; n < times; n += 1) await look();
  };

  beforeEach(() => {
    done = [];
    stopped = false;
  });

  it('renews a worker that fetches nothing for 30 s, gives it up after 30 more, and begins anew', async () => {
    guard({});
    await lookOften(6);
    expect(done).to.deep.equal([]);
    await lookOften(1);
    expect(done).to.deep.equal(['renew 3']);
    await lookOften(5);
    expect(done).to.deep.equal(['renew 3']);
    await lookOften(1);
    expect(done).to.deep.equal(['renew 3', 'give up 3']);
    await lookOften(13);
    expect(done).to.deep.equal(['renew 3', 'give up 3', 'renew 3', 'give up 3']);
  });

  let turns = 0;
  const nextTurn = (): number => {
    turns += 1;
    return turns;
  };
  const alone: [why: string, worker: Partial<WatchedWorker>][] = [
    ['has nothing to fetch', { countFetchable: async () => 0 }],
    ['works on all that it may at once', { hasFreeSlot: () => false }],
    ['cannot be looked at', { countFetchable: async () => undefined }],
    ['cannot be asked', { countFetchable: () => Promise.reject(new Error('away')) }],
    ['fetches now and then', { fetched: () => Math.floor(nextTurn() / 5) }],
    ['finds its queue empty now and then', { countFetchable: async () => nextTurn() % 5 }],
  ];
  for (const [why, worker] of alone) {
    it(`leaves a worker alone that ${why}`, async () => {
      guard(worker);
      await lookOften(50);
      expect(done).to.deep.equal([]);
    });
  }

  it('does not blame the worker while Redis answers too late', async () => {
    const answers: ((fetchable: number) => void)[] = [];
    guard({ countFetchable: () => new Promise((resolve) => answers.push(resolve)) });
    for (let n = 0; n < 30; n += 1) {
      const before = look();
      void look();
      answers[2 * n]?.(3);
      await before;
      answers[2 * n + 1]?.(3);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(done).to.deep.equal([]);
  });

  it('goes on although an answer never comes', async () => {
    let asked = 0;
    guard({
      countFetchable: () => {
        asked += 1;
        return asked === 1 ? new Promise(() => undefined) : Promise.resolve(3);
      },
    });
    void look();
    await lookOften(7);
    expect(done).to.deep.equal(['renew 3']);
  });

  it('stops when it is told to', () => {
    guard({}).stop();
    expect(stopped).to.equal(true);
  });
});

describe('a queue worker under its watchdog', () => {
  let redis: OwnRedis;
  let bench: QueueBench;
  let metrics: ReturnType<typeof newMetrics>;
  let stuck: unknown[];

  const sends: Handler = () => ({ outcome: 'sent' });
  const work = (handler: Handler, options: Partial<QueueWorkerOptions<typeof queue>> = {}) =>
    bench.work(handler, {
      metrics,
      stuckAfterMs: 600,
      onStuck: (reason) => stuck.push(reason),
      ...options,
    });
  const renewed = () => bench.recording.lines.filter((line) => line.event === 'worker.renewed');
  const looks = async () =>
    Number(/cmdstat_zcount:calls=(\d+)/.exec(await redis.client.info('commandstats'))?.[1] ?? 0);

  beforeEach(async () => {
    redis = await createOwnRedis();
    bench = await openQueueBench(redis.url);
    metrics = newMetrics();
    stuck = [];
  });
  afterEach(async () => {
    await bench.close();
    await redis.close();
  });

  describe('whose blocking connection is half dead', () => {
    let proxy: HalfDeadProxy;
    beforeEach(async () => {
      proxy = await createHalfDeadProxy(redis.url, 2);
      work(sends, { redis: { url: proxy.url } });
      await waitFor('both lanes to block', () => proxy.swallowed() === 2);
    });
    afterEach(() => proxy.close());

    for (const [what, delayMs] of [
      ['a job that waits', 0],
      ['a job whose delay ends', 200],
    ] as const) {
      it(`fetches ${what} once its connection is renewed`, async () => {
        proxy.heal();
        const startedAt = performance.now();
        await bench.producer.add({ name: 'send-subscribe-message', id: 'm1', data: messageData(), delayMs });
        await waitFor('the job', () => bench.outcomes().length === 1);
        // By itself, BullMQ would look again after 6 s.
        expect(performance.now() - startedAt).to.be.lessThan(4_000);
        expect(renewed()).to.have.length(1);
        expect(renewed()[0]).to.include({ level: 'warn', queue, lane: 'live', fetchable: 1 });
        expect(await metrics.registry.metrics()).to.match(
          /huidiao_worker_stuck_total\{queue="subscribe-message",lane="live",action="renewed"[^}]*\} 1/,
        );
        expect(stuck).to.deep.equal([]);
      });
    }

    it('is given up, with a reason, when the new connection is no better', async () => {
      await bench.add('m1');
      await waitFor('the end', () => stuck.length === 1);
      expect(renewed()).to.have.length(1);
      expect(stuck[0]).to.include({ code: 'QUEUE_WORKER_STUCK' });
      expect(String(stuck[0])).to.contain('the live lane of subscribe-message fetched none of 1 jobs');
      expect(bench.outcomes()).to.deep.equal([]);
      expect(await metrics.registry.metrics()).to.match(
        /huidiao_worker_stuck_total\{queue="subscribe-message",lane="live",action="gave_up"[^}]*\} 1/,
      );
    });
  });

  const holdUp = async (): Promise<() => void> => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    work(async () => {
      await held;
      return { outcome: 'sent' };
    });
    await Promise.all(['m1', 'm2', 'm3'].map((id) => bench.add(id)));
    await waitFor('a job to run', async () => (await bench.reader.counts(queue)).active === 1);
    return release;
  };
  const healthy: [what: string, begin: () => Promise<() => void>][] = [
    [
      'is idle',
      async () => {
        work(sends, { stuckAfterMs: 200 });
        return () => undefined;
      },
    ],
    [
      'has nothing but jobs that are not due',
      async () => {
        const job = { name: 'send-subscribe-message' as const, data: messageData(), delayMs: 60_000 };
        await Promise.all(['m1', 'm2'].map((id) => bench.producer.add({ ...job, id })));
        work(sends, { stuckAfterMs: 200 });
        return () => undefined;
      },
    ],
    ['is busy with as many jobs as it may run at once', holdUp],
    [
      'is kept from its jobs by somebody who paused the queue',
      async () => {
        await bench.redis.hset(bench.key('meta'), 'paused', 1);
        await bench.add('m1');
        work(sends, { stuckAfterMs: 200 });
        return () => undefined;
      },
    ],
  ];
  for (const [what, begin] of healthy) {
    it(`is left alone when it ${what}`, async () => {
      const end = await begin();
      // Six looks a period, of two lanes.
      const before = await looks();
      await waitFor('three periods', async () => (await looks()) - before >= 36);
      expect(renewed()).to.deep.equal([]);
      expect(stuck).to.deep.equal([]);
      end();
    });
  }

  it('asks a Redis whose memory is full once a second, and is left alone', async () => {
    await bench.add('m1');
    await redis.client.config('SET', 'maxmemory', '1');
    work(sends);
    const refusals = () =>
      bench.recording.lines.filter((line) => line.event === 'worker.error' && line.lane === 'live');
    await waitFor('three refusals', () => refusals().length === 3);
    expect(
      Date.parse(String(refusals()[2]?.time)) - Date.parse(String(refusals()[0]?.time)),
    ).to.be.greaterThan(1_800);
    expect(stuck).to.deep.equal([]);
    await redis.client.config('SET', 'maxmemory', '0');
    await waitFor('the job', () => bench.outcomes().length === 1);
  });

  it('is left alone while Redis is away, and works on when it is back', async () => {
    work(sends);
    await bench.add('m1');
    await waitFor('the first job', () => bench.outcomes().length === 1);
    await redis.kill();
    await redis.start();
    await waitFor('the producer', () => bench.producer.isReady());
    await bench.add('m2');
    await waitFor('the second job', () => bench.outcomes().length === 2);
    expect(stuck).to.deep.equal([]);
  });
});
