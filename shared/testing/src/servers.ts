import { randomBytes } from 'node:crypto';
import { serverOfRun } from './run-environment.ts';

/**
 * Addresses of the servers that the whole test run shares. The root hooks start them, unless REDIS_URL or
 * MONGODB_URI name servers that are there already.
 */
export function testRedisUrl(): string {
  return serverOfRun('REDIS_URL');
}

/** A database of its own on the shared server; drop it when the test file is done. */
export function testMongoUri(): string {
  const uri = new URL(serverOfRun('MONGODB_URI'));
  uri.pathname = `/huidiao_test_${randomBytes(6).toString('hex')}`;
  madeByTests.databases.add(uri.href);
  return uri.href;
}

/** A Redis key prefix of its own. */
export function testPrefix(): string {
  const prefix = `test-${randomBytes(6).toString('hex')}`;
  madeByTests.prefixes.add(prefix);
  return prefix;
}

/** What the two functions above have given away: removed in the end from servers that outlive the run. */
export const madeByTests = { databases: new Set<string>(), prefixes: new Set<string>() } as const;
