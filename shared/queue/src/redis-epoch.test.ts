import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createOwnRedis, type OwnRedis, silentLogger } from './queue.fixture.test.ts';
import { createRedisEpoch, type RedisEpoch } from './redis-epoch.ts';

describe('the epoch of a Redis', () => {
  let redis: OwnRedis;
  let opened: RedisEpoch[];

  const open = (prefix = 'huidiao'): RedisEpoch => {
    const epoch = createRedisEpoch({ redis: { url: redis.url }, prefix, logger: silentLogger });
    opened.push(epoch);
    return epoch;
  };
  /** The code that it fails with, in at most a few seconds. */
  const failure = async (asked: Promise<unknown>): Promise<unknown> => {
    const startedAt = performance.now();
    const code = await asked.then(
      () => 'answered',
      (error: { code?: unknown }) => error.code,
    );
    expect(performance.now() - startedAt).to.be.lessThan(4_000);
    return code;
  };

  beforeEach(async () => {
    opened = [];
    redis = await createOwnRedis();
  });
  afterEach(async () => {
    await Promise.all(opened.map((epoch) => epoch.close()));
    await redis.close();
  });

  it('is none in a Redis that is new, and stays the same once it has begun', async () => {
    const epoch = open();
    expect(await epoch.read()).to.equal(undefined);
    const begun = await epoch.begin();
    expect(begun).to.be.a('string').with.length.greaterThan(20);
    expect(await epoch.read()).to.equal(begun);
    expect(await epoch.begin()).to.equal(begun);
  });

  it('outlives a restart that keeps the data', async () => {
    const epoch = open();
    const begun = await epoch.begin();
    await redis.kill();
    await redis.start();
    expect(await waitFor('an answer', () => epoch.read())).to.equal(begun);
  });

  it('is gone with the data, and the next one is another', async () => {
    const epoch = open();
    const first = await epoch.begin();
    await redis.client.flushall();
    expect(await epoch.read()).to.equal(undefined);
    expect(await epoch.begin()).to.not.equal(first);
  });

  it('is the same for all who begin it at once', async () => {
    const many = Array.from({ length: 5 }, () => open());
    const begun = await Promise.all(many.map((epoch) => epoch.begin()));
    expect(new Set(begun).size).to.equal(1);
    expect(await redis.client.get('huidiao:epoch')).to.equal(begun[0]);
  });

  it('is another for another installation on the same Redis', async () => {
    expect(await open('one').begin()).to.not.equal(await open('two').begin());
  });

  it('cannot be asked for while Redis is away, and says so soon', async () => {
    const epoch = open();
    await epoch.begin();
    await redis.kill();
    expect(await failure(epoch.read())).to.equal('QUEUE_UNAVAILABLE');
    expect(await failure(epoch.begin())).to.equal('QUEUE_UNAVAILABLE');
  });

  it('cannot be asked for while Redis is silent, and says so soon', async () => {
    const epoch = open();
    await epoch.begin();
    redis.signal('SIGSTOP');
    const asked = [epoch.read(), epoch.begin()];
    expect(await Promise.all(asked.map(failure))).to.deep.equal(Array(2).fill('QUEUE_UNAVAILABLE'));
    redis.signal('SIGCONT');
  });

  it('cannot be begun on a Redis that takes no writes', async () => {
    await redis.client.config('SET', 'min-replicas-to-write', '1');
    const epoch = open();
    expect(await failure(epoch.begin())).to.equal('QUEUE_UNAVAILABLE');
    expect(await epoch.read()).to.equal(undefined);
  });
});
