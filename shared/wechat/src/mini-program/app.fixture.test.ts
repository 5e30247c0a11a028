import type { App } from '@huidiao/contracts';
import { plainApp } from '@huidiao/testing';
import type { Redis } from 'ioredis';

/** An app; each test that shares Redis uses a prefix of its own, so that one appid is enough. */
export const testApp: App = {
  appId: 'wx8888888888888888',
  appSecret: '0c6f1b6f7a0d4e0b9a3e5d2c1b0a9f8e',
  ...plainApp,
  miniprogramState: 'trial',
  lang: 'zh_CN',
  templates: { orderPaid: undefined },
};

/** Time that only a test moves. */
export function createTestClock(start = '2026-11-22T02:00:00.000Z') {
  let now = new Date(start);
  return {
    now: () => now,
    advance(ms: number) {
      now = new Date(now.getTime() + ms);
    },
  };
}

/** Leaves a shared Redis as it was, without touching what other runs have in it. */
export async function deleteKeysUnder(prefix: string, redis: Redis): Promise<void> {
  const left = await redis.keys(`${prefix}:*`);
  if (left.length > 0) await redis.del(...left);
}
