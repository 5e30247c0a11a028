import { closeRedis, createRedis } from '@huidiao/runtime';
import { testPrefix, testRedisUrl } from '@huidiao/testing';
import { expect } from 'chai';
import type { Redis } from 'ioredis';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { createObservers } from '../http/observers.fixture.test.ts';
import { createTestClock, deleteKeysUnder, testApp } from './app.fixture.test.ts';
import { createRedisAccessTokenStore } from './redis-access-token-store.ts';

const { appId } = testApp;

describe('the access_token in Redis', () => {
  let redis: Redis;
  let prefix: string;
  let clock: ReturnType<typeof createTestClock>;
  before(() => {
    redis = createRedis('command', { url: testRedisUrl(), name: 'test' }, createObservers().logger);
  });
  beforeEach(() => {
    prefix = testPrefix();
    clock = createTestClock();
  });
  afterEach(() => deleteKeysUnder(prefix, redis));
  after(() => closeRedis(redis));

  const storeOf = (app = testApp) =>
    createRedisAccessTokenStore({ redis, prefix, apps: new Map([[app.appId, app]]), clock });
  const token = (value = 'TOKEN_1') => ({ value, expiresAt: new Date(clock.now().getTime() + 60_000) });
  const key = () => `${prefix}:access-token:${appId}`;

  it('is shared by all that know the secret, and gone when its time is over', async () => {
    expect(await storeOf().get(appId)).to.equal(undefined);
    await storeOf().put(appId, token());
    expect(await storeOf().get(appId)).to.deep.equal(token());
    expect(await redis.pttl(key())).to.be.within(50_000, 60_000);
  });

  it('is not put at all when its time is over already', async () => {
    await storeOf().put(appId, { value: 'x', expiresAt: clock.now() });
    expect(await redis.exists(key())).to.equal(0);
  });

  it('does not stand in Redis in clear, and never twice the same', async () => {
    await storeOf().put(appId, token());
    const one = await redis.get(key());
    await storeOf().put(appId, token());
    const two = await redis.get(key());
    for (const hidden of [
      'TOKEN_1',
      Buffer.from('TOKEN_1').toString('base64url').slice(0, 8),
      testApp.appSecret,
    ]) {
      expect(one).to.not.include(hidden);
    }
    expect(one).to.not.equal(two);
  });

  it('counts as absent where it does not open: another secret, another app, altered, foreign', async () => {
    await storeOf().put(appId, token());
    const sealed = (await redis.get(key())) ?? '';
    expect(await storeOf({ ...testApp, appSecret: 'changed' }).get(appId)).to.equal(undefined);
    const other = { ...testApp, appId: 'wx9999999999999999' };
    await redis.set(`${prefix}:access-token:${other.appId}`, sealed);
    expect(await storeOf(other).get(other.appId), 'moved to another app').to.equal(undefined);
    for (const value of [
      '',
      'v1.',
      'v1.AAAA',
      'TOKEN_1',
      sealed.slice(0, -2),
      sealed.replace('v1.', 'v2.'),
    ]) {
      await redis.set(key(), value);
      expect(await storeOf().get(appId), value).to.equal(undefined);
    }
  });

  it('opens under the previous secret too, while processes change over one after another', async () => {
    const changed = { ...testApp, appSecret: 'changed', appSecretPrevious: testApp.appSecret };
    await storeOf().put(appId, token());
    expect(await storeOf(changed).get(appId)).to.deep.equal(token());
    await storeOf(changed).put(appId, token('TOKEN_2'));
    expect(await storeOf().get(appId), 'sealed under the current one').to.equal(undefined);
    expect(await storeOf({ ...changed, appSecretPrevious: undefined }).get(appId)).to.deep.equal(
      token('TOKEN_2'),
    );
  });

  it('follows a secret that a reload changes', async () => {
    const apps = new Map([[appId, testApp]]);
    const store = createRedisAccessTokenStore({ redis, prefix, apps, clock });
    await store.put(appId, token());
    apps.set(appId, { ...testApp, appSecret: 'changed' });
    expect(await store.get(appId)).to.equal(undefined);
    apps.delete(appId);
    expect(await store.get(appId).catch(({ code }) => code)).to.equal('CONFIG_INVALID');
  });

  it('is dropped only while it still is the one that was refused', async () => {
    const store = storeOf();
    await store.put(appId, token('TOKEN_2'));
    await store.dropIfStill(appId, 'TOKEN_1');
    expect(await store.get(appId)).to.have.property('value', 'TOKEN_2');
    await store.dropIfStill(appId, 'TOKEN_2');
    expect(await store.get(appId)).to.equal(undefined);
    await store.dropIfStill(appId, 'TOKEN_2');
  });

  it('is renewed by one at a time, and by the next after a failure', async () => {
    const store = storeOf();
    const inner = await store.inTurn(appId, () => storeOf().inTurn(appId, async () => 'second'));
    expect(inner, 'while the turn is taken').to.equal(undefined);
    const failed = await store
      .inTurn(appId, async () => {
        throw new Error('fetch failed');
      })
      .catch((error: Error) => error.message);
    expect(failed).to.equal('fetch failed');
    expect(await store.inTurn(appId, async () => 'next')).to.equal('next');
    expect(await redis.exists(`${key()}:turn`)).to.equal(0);
  });

  it('leaves alone a turn that has passed to another process', async () => {
    await storeOf().inTurn(appId, async () => {
      await redis.set(`${key()}:turn`, 'somebody else');
    });
    expect(await redis.get(`${key()}:turn`)).to.equal('somebody else');
  });

  it('gives back the turn of a process that died, by itself', async () => {
    await storeOf().inTurn(appId, async () => {
      expect(await redis.pttl(`${key()}:turn`)).to.be.within(10_000, 25_000);
    });
  });

  it('may be forced every 30 s and 20 times a day, by the day in Beijing', async () => {
    clock = createTestClock('2026-11-22T15:30:00.000Z');
    expect(await storeOf().takeForcedRefresh(appId)).to.equal(true);
    expect(await storeOf().takeForcedRefresh(appId)).to.equal(false);
    clock.advance(29_999);
    expect(await storeOf().takeForcedRefresh(appId)).to.equal(false);
    clock.advance(1);
    for (let times = 2; times <= 20; times += 1) {
      expect(await storeOf().takeForcedRefresh(appId), `time ${times}`).to.equal(true);
      clock.advance(30_000);
    }
    expect(await storeOf().takeForcedRefresh(appId), 'time 21').to.equal(false);
    // 23:40 in Beijing; twenty minutes later the next day has begun there.
    clock.advance(20 * 60_000);
    expect(await storeOf().takeForcedRefresh(appId), 'the next day').to.equal(true);
  });

  it('says so when Redis is away, and when the app is unknown', async () => {
    const { logger } = createObservers();
    const away = createRedis('command', { url: 'redis://127.0.0.1:1', name: 'test' }, logger);
    try {
      const store = createRedisAccessTokenStore({ redis: away, prefix, apps: new Map([[appId, testApp]]) });
      const failed = await store.get(appId).catch((error) => error);
      expect(failed).to.include({ code: 'QUEUE_UNAVAILABLE', kind: 'throttled' });
    } finally {
      await closeRedis(away);
    }
    const unknown = await storeOf()
      .put('wx0000', token())
      .catch((error) => error);
    expect(unknown).to.include({ code: 'CONFIG_INVALID' });
  });
});
