import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { Producer, ProducerOptions } from './producer.ts';
import {
  createOwnRedis,
  createRecordingLogger,
  createSwitch,
  createTestProducer,
  messageData,
  newMetrics,
  type OwnRedis,
  type Switch,
} from './queue.fixture.test.ts';

const message = (id: string) => ({ name: 'send-subscribe-message' as const, id, data: messageData() });

describe('producer, when Redis is away or would lose jobs', () => {
  let redis: OwnRedis;
  let producer: Producer;
  let recording: ReturnType<typeof createRecordingLogger>;

  const open = (options: Partial<ProducerOptions> = {}): Producer => {
    recording = createRecordingLogger();
    producer = createTestProducer(redis.url, { leastRecheckMs: 20, logger: recording.logger, ...options });
    return producer;
  };
  const add = async (id: string): Promise<string> => {
    try {
      await producer.add(message(id));
      return 'added';
    } catch (error) {
      return String((error as { code?: string }).code);
    }
  };
  const ready = () => waitFor('the producer', () => producer.isReady());
  const waiting = () => redis.client.llen('{huidiao:subscribe-message}:subscribe-message:wait');

  afterEach(async () => {
    await producer.close();
    await redis.close();
  });

  it('is made while Redis is down, turns adds away at once, and is ready once Redis has come', async () => {
    redis = await createOwnRedis({}, { started: false });
    open({ deadlineMs: 5_000 });
    expect(producer.isReady()).to.equal(false);
    const startedAt = performance.now();
    expect(await add('m1')).to.equal('QUEUE_UNAVAILABLE');
    expect(performance.now() - startedAt).to.be.lessThan(1_000);
    await redis.start();
    await ready();
    expect(await add('m1')).to.equal('added');
  });

  it('rejects within the deadline when Redis is silent, and adds again when it answers', async () => {
    redis = await createOwnRedis();
    open({ deadlineMs: 300 });
    await ready();
    expect(await add('m0')).to.equal('added');
    redis.signal('SIGSTOP');
    const startedAt = performance.now();
    const answers = await Promise.all(['m1', 'm2', 'm3'].map(add));
    const tookMs = performance.now() - startedAt;
    expect(answers).to.deep.equal(Array(3).fill('QUEUE_UNAVAILABLE'));
    expect(tookMs).to.be.within(290, 1_000);
    // The connection to a silent peer is given up with all that piled up for it.
    await waitFor('adds to fail at once', () => !producer.isReady());
    redis.signal('SIGCONT');
    await ready();
    expect(await Promise.all(['m1', 'm2', 'm3'].map(add))).to.deep.equal(Array(3).fill('added'));
    expect(await waiting()).to.equal(4);
  });

  it('fails what is under way when Redis is killed, and has every acknowledged job after its restart', async () => {
    redis = await createOwnRedis();
    open({ deadlineMs: 1_000 });
    await ready();
    const acknowledged: string[] = [];
    const adds: Promise<void>[] = [];
    const addOne = async (id: string) => {
      if ((await add(id)) === 'added') acknowledged.push(id);
    };
    for (let index = 0; index < 200; index += 1) {
      adds.push(addOne(`m${index}`));
      if (index === 100) void redis.kill();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(adds);
    await redis.kill();
    await redis.start();
    const kept = new Set(
      await redis.client.lrange('{huidiao:subscribe-message}:subscribe-message:wait', 0, -1),
    );
    expect(acknowledged).to.not.have.length(0).and.not.have.length(200);
    expect(acknowledged.filter((id) => !kept.has(id))).to.deep.equal([]);
  });

  const wrong: [what: string, settings: Record<string, string>][] = [
    ['keeps no append-only file', { appendonly: 'no' }],
    ['syncs once a second', { appendfsync: 'everysec' }],
    ['evicts keys when memory is short', { 'maxmemory-policy': 'allkeys-lru' }],
    ['does not sync while it rewrites its file', { 'no-appendfsync-on-rewrite': 'yes' }],
  ];
  for (const [what, settings] of wrong) {
    it(`refuses every add while Redis ${what}, until that is mended`, async () => {
      redis = await createOwnRedis(settings);
      open();
      await waitFor('the verdict', async () => (await add('m1')) === 'QUEUE_NOT_DURABLE');
      expect(producer.isReady()).to.equal(false);
      expect(await redis.client.dbsize()).to.equal(0);
      for (const name of Object.keys(settings)) await redis.client.config('SET', name, mended[name] ?? '');
      await ready();
      expect(await add('m1')).to.equal('added');
      const reports = recording.lines.filter((line) => line.event === 'redis.durability');
      expect(reports.map((line) => line.level)).to.deep.equal(['error', 'info']);
    });
  }

  it('asks a Redis that is not durable no more often than allowed', async () => {
    redis = await createOwnRedis({ appendonly: 'no' });
    open({ leastRecheckMs: 60_000 });
    await waitFor('the verdict', async () => (await add('m1')) === 'QUEUE_NOT_DURABLE');
    await redis.client.config('SET', 'appendonly', 'yes');
    await redis.client.config('RESETSTAT');
    for (let index = 0; index < 20; index += 1) expect(await add('m1')).to.equal('QUEUE_NOT_DURABLE');
    expect(await redis.client.info('commandstats')).to.not.contain('config|get');
  });

  it('accepts a sync once a second by setting only, and says so', async () => {
    redis = await createOwnRedis({ appendfsync: 'everysec' });
    open({ durability: 'everysec' });
    await ready();
    expect(await add('m1')).to.equal('added');
    const report = recording.lines.find((line) => line.event === 'redis.durability');
    expect(report).to.include({ level: 'warn', appendfsync: 'everysec' });
  });

  it('refuses a Redis that forbids CONFIG, unless it is told not to look', async () => {
    redis = await createOwnRedis({ 'rename-command': 'CONFIG ' });
    open();
    await waitFor('the verdict', async () => (await add('m1')) === 'QUEUE_NOT_DURABLE');
    await producer.close();
    open({ durability: 'unchecked' });
    await ready();
    expect(await add('m1')).to.equal('added');
    expect(recording.lines.find((line) => line.event === 'redis.durability')?.level).to.equal('warn');
  });

  describe('after a failover to a Redis that is not durable', () => {
    let next: OwnRedis;
    let network: Switch;

    beforeEach(async () => {
      redis = await createOwnRedis();
      next = await createOwnRedis({ appendonly: 'no' });
      network = await createSwitch(redis.port);
      open({ redis: { url: network.url }, deadlineMs: 5_000, leastRecheckMs: 60_000 });
      await ready();
    });
    afterEach(async () => {
      await producer.close();
      network.close();
      await next.close();
    });

    it('adds nothing before it has looked', async () => {
      network.lead(next.port);
      const answers = new Set<string>();
      for (let index = 0; !answers.has('QUEUE_NOT_DURABLE'); index += 1) {
        void add(`m${index}`).then((answer) => answers.add(answer));
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(answers).to.not.include('added');
      expect(await next.client.dbsize()).to.equal(0);
    });

    it('does not send again what was under way', async () => {
      network.hold();
      const underWay = add('m1');
      await new Promise((resolve) => setImmediate(resolve));
      network.lead(next.port);
      expect(await underWay).to.equal('QUEUE_UNAVAILABLE');
      await waitFor('the verdict', async () => (await add('m2')) === 'QUEUE_NOT_DURABLE');
      expect(await next.client.dbsize()).to.equal(0);
    });
  });

  describe('after a failover that leaves the connection on the old primary', () => {
    let next: OwnRedis;
    let network: Switch;

    const openOnOldPrimary = async (options: Partial<ProducerOptions>): Promise<void> => {
      redis = await createOwnRedis();
      next = await createOwnRedis();
      network = await createSwitch(redis.port);
      open({ redis: { url: network.url }, deadlineMs: 5_000, ...options });
      await ready();
    };
    const demote = () => redis.client.replicaof('127.0.0.1', next.port);

    afterEach(async () => {
      await producer.close();
      network.close();
      await next.close();
    });

    it('finds the new primary when it had connected to the old one before the address moved', async () => {
      await openOnOldPrimary({});
      await demote();
      network.lead(redis.port);
      await waitFor('the verdict', async () => (await add('m1')) === 'QUEUE_NOT_DURABLE');
      network.leadNext(next.port);
      await ready();
      expect(await add('m1')).to.equal('added');
      expect(await next.client.exists('{huidiao:subscribe-message}:subscribe-message:m1')).to.equal(1);
    });

    it('finds the new primary when the old one was demoted in place and nothing was added meanwhile', async () => {
      await openOnOldPrimary({ recheckMs: 100 });
      await demote();
      network.leadNext(next.port);
      const isThere = async () => String(await next.client.client('LIST')).includes('name=producer');
      await waitFor('the producer on the new primary', isThere);
      await ready();
      expect(await add('m1')).to.equal('added');
    });

    it('connects to a replica no more often than it may look', async () => {
      await openOnOldPrimary({ leastRecheckMs: 300 });
      await demote();
      const before = await connectionsReceived(redis);
      const startedAt = performance.now();
      network.lead(redis.port);
      await waitFor('three connections', async () => (await connectionsReceived(redis)) - before >= 3);
      expect(performance.now() - startedAt).to.be.greaterThan(500);
    });
  });

  it('is ready again without any add once Redis is mended', async () => {
    redis = await createOwnRedis({ appendfsync: 'everysec' });
    open();
    const reported = () => recording.lines.some((line) => line.event === 'redis.durability');
    await waitFor('the verdict', reported);
    expect(producer.isReady()).to.equal(false);
    await redis.client.config('SET', 'appendfsync', 'always');
    await ready();
  });

  it('says by its gauge that nothing is kept while Redis is away', async () => {
    redis = await createOwnRedis();
    const metrics = newMetrics();
    const gauge = async () => /^huidiao_redis_durable\S* (\d)$/m.exec(await metrics.registry.metrics())?.[1];
    open({ metrics });
    await ready();
    expect(await gauge()).to.equal('1');
    await redis.kill();
    await waitFor('the outage to be seen', () => !producer.isReady());
    expect(await gauge()).to.equal('0');
    await redis.start();
    await ready();
    expect(await gauge()).to.equal('1');
  });

  it('does not let a job that is late keep the next from being added', async () => {
    redis = await createOwnRedis();
    open({ deadlineMs: 1_000 });
    await ready();
    const late = add('m1');
    // The event loop stands still.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_010);
    expect(await Promise.all([late, add('m2')])).to.deep.equal(['QUEUE_UNAVAILABLE', 'added']);
    expect(await redis.client.exists('{huidiao:subscribe-message}:subscribe-message:m1')).to.equal(0);
  });

  it('refuses a read-only replica', async () => {
    redis = await createOwnRedis();
    const replica = await createOwnRedis({ replicaof: `127.0.0.1 ${redis.port}` });
    try {
      open({ redis: { url: replica.url } });
      await waitFor('the verdict', async () => (await add('m1')) === 'QUEUE_NOT_DURABLE');
    } finally {
      await producer.close();
      await replica.close();
    }
  });

  describe('with a replica to wait for', () => {
    let replica: OwnRedis;
    let network: Switch;

    beforeEach(async () => {
      redis = await createOwnRedis();
      // A replica in another machine room.
      network = await createSwitch(redis.port, 20);
      replica = await createOwnRedis({ replicaof: `127.0.0.1 ${network.port}` });
      await waitFor('the replica', async () => (await redis.client.wait(1, 100)) === 1, {
        timeoutMs: 15_000,
      });
      open({ waitReplicas: 1, deadlineMs: 5_000 });
      await ready();
    });
    afterEach(async () => {
      await producer.close();
      await replica.close();
      network.close();
    });

    it('resolves once the replica has the job', async () => {
      expect(await add('m1')).to.equal('added');
      expect(await replica.client.exists('{huidiao:subscribe-message}:subscribe-message:m1')).to.equal(1);
    });

    it('adds 300 jobs of as many turns of the event loop', async () => {
      const adds: Promise<string>[] = [];
      for (let index = 0; index < 300; index += 1) {
        adds.push(add(`m${index}`));
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(new Set(await Promise.all(adds))).to.deep.equal(new Set(['added']));
      expect(await waiting()).to.equal(300);
    });

    it('waits once for 300 jobs of one turn', async () => {
      await redis.client.config('RESETSTAT');
      const ids = Array.from({ length: 300 }, (_, index) => `m${index}`);
      expect(new Set(await Promise.all(ids.map(add)))).to.deep.equal(new Set(['added']));
      expect(await redis.client.info('commandstats')).to.match(/cmdstat_wait:calls=1,/);
    });

    it('answers within the deadline of each job when the replica is gone, and adds when it is back', async () => {
      await producer.close();
      open({ waitReplicas: 1, deadlineMs: 400 });
      await ready();
      replica.signal('SIGSTOP');
      const tookMs: number[] = [];
      const addOne = async (id: string): Promise<string> => {
        const startedAt = performance.now();
        const answer = await add(id);
        tookMs.push(performance.now() - startedAt);
        return answer;
      };
      const first = addOne('m1');
      await waitFor('the first flight', async () => (await waiting()) === 1);
      const answers = await Promise.all([first, addOne('m2'), addOne('m3')]);
      expect(new Set(answers)).to.deep.equal(new Set(['QUEUE_UNAVAILABLE']));
      expect(Math.max(...tookMs)).to.be.lessThan(900);
      replica.signal('SIGCONT');
      await waitFor('the replica', async () => (await add('m4')) === 'added');
    });

    it('finishes what is under way and what waits behind it when it is closed', async () => {
      const first = add('m1');
      await waitFor('the first flight', async () => (await waiting()) === 1);
      const answers = Promise.all([first, add('m2'), add('m3')]);
      await producer.close();
      expect(await answers).to.deep.equal(['added', 'added', 'added']);
    });
  });
});

/** Connections that the server has accepted since its start. */
async function connectionsReceived({ client }: OwnRedis): Promise<number> {
  return Number(/total_connections_received:(\d+)/.exec(await client.info('stats'))?.[1]);
}

const mended: Readonly<Record<string, string>> = {
  appendonly: 'yes',
  appendfsync: 'always',
  'maxmemory-policy': 'noeviction',
  'no-appendfsync-on-rewrite': 'no',
};
