import { randomBytes } from 'node:crypto';
import { type AccessTokenStore, type App, type Clock, systemClock } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { Redis } from 'ioredis';
import { toBeijingDay } from './beijing-day.ts';
import { createTokenSeal, type TokenSeal } from './token-seal.ts';

export interface RedisAccessTokenStoreOptions {
  /** For commands; it is not closed here. */
  readonly redis: Redis;
  readonly prefix: string;
  /** As they are configured now; asked each time. */
  readonly apps: Pick<ReadonlyMap<string, App>, 'get'>;
  readonly clock?: Clock;
}

/** Longer than four calls for a token with their time limits: a normal and a forced one, each under two secrets. */
const turnMs = 25_000;

/** Only whoever put a value may take it away: a turn that lasted too long has passed to somebody else. */
const deleteIfStill = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;

/**
 * WeChat allows force_refresh 20 times a day and every 30 seconds.
 * KEYS[1] hash {day, count, at}; ARGV: the day in Beijing, now in ms. One key, so that it fits a cluster.
 */
const takeForced = `
local last = redis.call('HMGET', KEYS[1], 'day', 'count', 'at')
local count = 0
if last[1] == ARGV[1] then count = tonumber(last[2]) or 0 end
local since = tonumber(ARGV[2]) - (tonumber(last[3]) or 0)
if count >= 20 or (since >= 0 and since < 30000) then return 0 end
redis.call('HSET', KEYS[1], 'day', ARGV[1], 'count', count + 1, 'at', ARGV[2])
redis.call('PEXPIRE', KEYS[1], 172800000)
return 1`;

/**
 * The access_token of each app in Redis, encrypted; keys `<prefix>:access-token:<appid>`, with `:turn` and
 * `:forced` beside it. A value that does not open (its app_secret is neither the current nor the previous one) counts
 * as absent.
 * Everything throws AppError QUEUE_UNAVAILABLE while Redis is away.
 */
export function createRedisAccessTokenStore(options: RedisAccessTokenStoreOptions): AccessTokenStore {
  const { redis, prefix, apps, clock = systemClock } = options;
  const sealOf = createSeals(apps);
  const keyOf = (appId: string) => `${prefix}:access-token:${appId}`;
  const read = async (appId: string) => {
    const sealed = await asked(redis.get(keyOf(appId)));
    return sealed === null ? undefined : { sealed, token: sealOf(appId).open(sealed) };
  };
  return {
    async get(appId) {
      return (await read(appId))?.token;
    },
    async put(appId, token) {
      const ttlMs = token.expiresAt.getTime() - clock.now().getTime();
      if (ttlMs < 1) return;
      await asked(redis.set(keyOf(appId), sealOf(appId).seal(token), 'PX', Math.ceil(ttlMs)));
    },
    async dropIfStill(appId, value) {
      const current = await read(appId);
      if (current?.token?.value !== value) return;
      await asked(redis.eval(deleteIfStill, 1, keyOf(appId), current.sealed));
    },
    async inTurn(appId, work) {
      const key = `${keyOf(appId)}:turn`;
      const owner = randomBytes(16).toString('hex');
      if ((await asked(redis.set(key, owner, 'PX', turnMs, 'NX'))) === null) return undefined;
      try {
        return await work();
      } finally {
        // A turn that cannot be given back ends by itself; what the work brought still counts.
        await redis.eval(deleteIfStill, 1, key, owner).catch(() => undefined);
      }
    },
    async takeForcedRefresh(appId) {
      const now = clock.now();
      const key = `${keyOf(appId)}:forced`;
      return (await asked(redis.eval(takeForced, 1, key, toBeijingDay(now), now.getTime()))) === 1;
    },
  };
}

/** Derived once for each app, for as long as its configuration stays the same. */
function createSeals(apps: RedisAccessTokenStoreOptions['apps']): (appId: string) => TokenSeal {
  const seals = new WeakMap<App, TokenSeal>();
  return (appId) => {
    const app = apps.get(appId);
    if (app === undefined) {
      throw new AppError('CONFIG_INVALID', { message: `no app ${appId} is configured` });
    }
    const seal = seals.get(app) ?? createTokenSeal(app);
    seals.set(app, seal);
    return seal;
  };
}

async function asked<T>(command: Promise<T>): Promise<T> {
  try {
    return await command;
  } catch (cause) {
    throw new AppError('QUEUE_UNAVAILABLE', { message: 'Redis did not answer about an access_token', cause });
  }
}
