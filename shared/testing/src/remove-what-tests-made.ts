import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { runFolder } from './run-environment.ts';
import { madeByTests, testRedisUrl } from './servers.ts';

const fileName = /^made-by-\d+\.json$/;

/** Leaves a note in the run's folder of what this process's tests made, for the process that removes it in the end. */
export function noteWhatTestsMade(): void {
  const folder = runFolder();
  if (!folder) return;
  const { databases, prefixes } = madeByTests;
  const note = JSON.stringify({ databases: [...databases], prefixes: [...prefixes] });
  writeFileSync(join(folder, `made-by-${process.pid}.json`), note);
}

/** Takes over what other processes noted in the folder. */
export function takeOverWhatTestsMade(folder: string): void {
  for (const name of readdirSync(folder).filter((each) => fileName.test(each))) {
    const made = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<
      keyof typeof madeByTests,
      string[]
    >;
    for (const uri of made.databases) madeByTests.databases.add(uri);
    for (const prefix of made.prefixes) madeByTests.prefixes.add(prefix);
  }
}

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
