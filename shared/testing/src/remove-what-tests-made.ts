import { Redis } from 'ioredis';
import { madeByTests, testRedisUrl } from './servers.ts';

/** Drops the databases of testMongoUri() on a server that outlives the run. */
export async function removeDatabases(): Promise<void> {
  // Only loaded where it is needed.
  const { dropTestDatabase } = await import('@huidiao/store');
  for (const uri of madeByTests.databases) await dropTestDatabase(uri);
}

/** Removes every key that holds a prefix of testPrefix() from a Redis that outlives the run. */
export async function removeKeys(): Promise<void> {
  if (madeByTests.prefixes.size === 0) return;
  const redis = new Redis(testRedisUrl());
  try {
    for await (const keys of redis.scanStream({ match: '*test-*', count: 1_000 })) {
      const ours = (keys as string[]).filter(isOurs);
      if (ours.length > 0) await redis.unlink(...ours);
    }
  } finally {
    redis.disconnect();
  }
}

function isOurs(key: string): boolean {
  const prefix = /test-[0-9a-f]{12}/.exec(key)?.[0];
  return prefix !== undefined && madeByTests.prefixes.has(prefix);
}
