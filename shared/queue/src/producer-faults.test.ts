import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { Producer, ProducerOptions } from './producer.ts';
import {
  createOwnRedis,
  createRecordingLogger,
  createTestProducer,
  messageData,
  type OwnRedis,
  silentLogger,
} from './queue.fixture.test.ts';
import { createRedisEpoch } from './redis-epoch.ts';

const deadlineMs = 400;
const waitKey = '{huidiao:subscribe-message}:subscribe-message:wait';

interface Fault {
  readonly what: string;
  /** What adds may answer then: that the job may be there, or that it certainly is not. */
  readonly answers: readonly string[];
  begin(redis: OwnRedis): unknown;
  end(redis: OwnRedis): unknown;
}

const mayBeThere = ['QUEUE_UNAVAILABLE'];
const setWrong = ['QUEUE_NOT_DURABLE'];

/** A setting that is changed under way. */
function toSettingFault(name: string, wrong: string, right: string, what: string): Fault {
  const set = (value: string) => (redis: OwnRedis) => redis.client.config('SET', name, value);
  return { what, answers: setWrong, begin: set(wrong), end: set(right) };
}

const faults: readonly Fault[] = [
  {
    what: 'hangs',
    answers: mayBeThere,
    begin: (redis) => redis.signal('SIGSTOP'),
    end: (redis) => redis.signal('SIGCONT'),
  },
  {
    what: 'holds back every write, as it does while it fails over',
    answers: mayBeThere,
    begin: (redis) => redis.client.call('CLIENT', 'PAUSE', '60000', 'WRITE'),
    end: (redis) => redis.client.call('CLIENT', 'UNPAUSE'),
  },
  {
    what: 'is read-only after a failover',
    // The first write finds it out; from then on its role is known.
    answers: [...mayBeThere, ...setWrong],
    begin: (redis) => redis.client.replicaof('127.0.0.1', redis.port),
    end: (redis) => redis.client.replicaof('NO', 'ONE'),
  },
  {
    what: 'is out of memory and evicts nothing',
    answers: mayBeThere,
    begin: (redis) => redis.client.config('SET', 'maxmemory', '1'),
    end: (redis) => redis.client.config('SET', 'maxmemory', '0'),
  },
  {
    what: 'takes no writes, for it has too few replicas',
    answers: mayBeThere,
    begin: (redis) => redis.client.config('SET', 'min-replicas-to-write', '1'),
    end: (redis) => redis.client.config('SET', 'min-replicas-to-write', '0'),
  },
  toSettingFault('appendonly', 'no', 'yes', 'has its append-only file switched off under way'),
  toSettingFault('appendfsync', 'everysec', 'always', 'is set to sync once a second under way'),
  toSettingFault('maxmemory-policy', 'allkeys-lru', 'noeviction', 'is set to evict keys under way'),
  toSettingFault('no-appendfsync-on-rewrite', 'yes', 'no', 'is set not to sync during rewrites under way'),
];

describe('producer, when something befalls its Redis', () => {
  let redis: OwnRedis;
  let producer: Producer;
  let recording: ReturnType<typeof createRecordingLogger>;

  const open = (options: Partial<ProducerOptions> = {}): void => {
    recording = createRecordingLogger();
    producer = createTestProducer(redis.url, { deadlineMs, logger: recording.logger, ...options });
  };
  const add = async (id: string): Promise<string> => {
    const startedAt = performance.now();
    const answer = await producer.add({ name: 'send-subscribe-message', id, data: messageData() }).then(
      () => 'added',
      (error: { code?: unknown }) => String(error.code),
    );
    // Some room for a machine that is busy with other tests.
    expect(performance.now() - startedAt).to.be.lessThan(deadlineMs + 600);
    return answer;
  };
  const waiting = () => redis.client.lrange(waitKey, 0, -1);
  const verdicts = () => recording.lines.filter((line) => line.event === 'redis.durability').length;

  beforeEach(async () => {
    redis = await createOwnRedis();
  });
  afterEach(async () => {
    await producer.close();
    await redis.close();
  });

  for (const { what, answers, begin, end } of faults) {
    it(`answers honestly and in time while Redis ${what}, and takes the same jobs afterwards`, async () => {
      open({ recheckMs: 20, leastRecheckMs: 20 });
      await waitFor('the producer', () => producer.isReady());
      expect(await add('before')).to.equal('added');
      await begin(redis);
      try {
        if (answers === setWrong) await waitFor('the change to be seen', () => verdicts() === 2);
        const ids = ['m1', 'm2', 'm3'];
        for (const answer of await Promise.all(ids.map(add))) expect(answers).to.include(answer);
        expect(answers).to.include(await add('m4'));
        await end(redis);
        for (const id of [...ids, 'm4', 'before']) {
          await waitFor(`${id} to be added`, async () => (await add(id)) === 'added');
        }
        expect(await waiting()).to.have.members(['before', 'm1', 'm2', 'm3', 'm4']);
      } finally {
        await end(redis);
      }
    });
  }

  it('notices within seconds, without any option, that Redis was set to lose jobs', async () => {
    open();
    await waitFor('the producer', () => producer.isReady());
    await redis.client.config('SET', 'appendfsync', 'no');
    const startedAt = performance.now();
    await waitFor('adds to be refused', async () => (await add('m1')) === 'QUEUE_NOT_DURABLE');
    expect(performance.now() - startedAt).to.be.lessThan(4_000);
  });

  it('adds to a Redis that was restarted empty, whose missing epoch tells of the loss', async () => {
    open();
    const epoch = createRedisEpoch({ redis: { url: redis.url }, prefix: 'huidiao', logger: silentLogger });
    try {
      const first = await epoch.begin();
      await waitFor('the producer', () => producer.isReady());
      expect(await add('lost')).to.equal('added');
      await redis.kill();
      expect(await add('m1')).to.equal('QUEUE_UNAVAILABLE');
      await redis.start({ appendfilename: 'empty.aof' });
      await waitFor('an add', async () => (await add('m2')) === 'added');
      expect(await waiting()).to.deep.equal(['m2']);
      expect(await epoch.read()).to.equal(undefined);
      expect(await epoch.begin()).to.not.equal(first);
    } finally {
      await epoch.close();
    }
  });
});
