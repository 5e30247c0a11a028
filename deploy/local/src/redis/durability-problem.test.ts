import { createLogger, createRedis } from '@huidiao/runtime';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { useFakeMachines } from '../fake-programs.test.ts';
import { durabilityProblem } from './durability-problem.ts';
import { findRedis } from './find-redis.ts';

/** A real Redis of the test's own with these settings instead of ours. */
const withRedis = async (
  machine: ReturnType<ReturnType<typeof useFakeMachines>>,
  settings: Record<string, string>,
  work: (url: string) => Promise<void>,
): Promise<void> => {
  const { REDIS_URL: _, ...env } = process.env;
  const server = await findRedis({ ...machine.search, env, isTemporary: true });
  const redis = createRedis(
    'command',
    { url: server.url, name: 'test' },
    createLogger({ service: 'test', level: 'silent' }),
  );
  try {
    for (const [name, value] of Object.entries(settings)) await redis.config('SET', name, value);
    await work(server.url);
  } finally {
    redis.disconnect();
    await server.stop();
  }
};

describe('durabilityProblem', () => {
  const createMachine = useFakeMachines();

  it('has nothing against a Redis that this project starts, whatever is asked for', async () => {
    await withRedis(createMachine(), {}, async (url) => {
      expect(await durabilityProblem(url)).to.equal(undefined);
      expect(await durabilityProblem(url, 'everysec')).to.equal(undefined);
      expect(await durabilityProblem(url, 'unchecked')).to.equal(undefined);
    });
  });

  it('names every setting that would lose callbacks, and the command that starts a good one', async () => {
    const settings = { appendonly: 'no', appendfsync: 'everysec', 'maxmemory-policy': 'allkeys-lru' };
    await withRedis(createMachine(), settings, async (url) => {
      const problem = await durabilityProblem(url);
      expect(problem).to.include('appendonly is no, not yes');
      expect(problem).to.include('appendfsync is everysec, not always');
      expect(problem).to.include('maxmemory-policy is allkeys-lru, not noeviction');
      expect(problem).to.include(
        "--appendonly yes --appendfsync always --maxmemory-policy noeviction --save ''",
      );
      expect(await durabilityProblem(url, 'unchecked')).to.equal(undefined);
    });
  });

  it('says where it looked, but not with which password, when nothing answers', async () => {
    const problem = await durabilityProblem('redis://user:secret@127.0.0.1:1');
    expect(problem).to.include('127.0.0.1:1, does not answer').and.not.to.include('secret');
    expect(problem).to.include('nothing takes the connection').and.to.include('Without REDIS_URL');
  });
});
