import { type QueueName, toBaseJobId } from '@huidiao/contracts';
import type { Redis } from 'ioredis';
import { toDeadIdsKey } from './queue-keys.ts';

/** Remembered per queue; the oldest are forgotten first. */
const rememberedIds = 100_000;

/**
 * Which job ids of a queue have a dead letter. A later success resolves it, and to find that out by asking the
 * store would cost each of thousands of successful jobs a second an operation with majority concern; here it is
 * one read of Redis. A repetition stands for the job that it repeats, and either lane for the other. What Redis
 * loses is only that a dead letter stays open although its job succeeded later.
 */
export interface DeadIds {
  add(jobId: string, at: Date): Promise<void>;
  has(jobId: string): Promise<boolean>;
  remove(jobId: string): Promise<void>;
}

/** @see DeadIds */
export function createDeadIds(redis: Redis, prefix: string, queue: QueueName): DeadIds {
  const key = toDeadIdsKey(prefix, queue);
  return {
    async add(jobId, at) {
      await redis.zadd(key, at.getTime(), toBaseJobId(jobId));
      await redis.zremrangebyrank(key, 0, -rememberedIds - 1);
    },
    has: async (jobId) => (await redis.zscore(key, toBaseJobId(jobId))) !== null,
    remove: async (jobId) => void (await redis.zrem(key, toBaseJobId(jobId))),
  };
}
