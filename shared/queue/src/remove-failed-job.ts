import type { Redis } from 'ioredis';
import type { OpenQueue } from './open-queue.ts';

/** Removes a job if, and only if, it still is a failed one. Gives whether it was. */
export type RemoveFailedJob = (jobId: string) => Promise<boolean>;

/**
 * BullMQ's own remove takes a job out of whatever state it is in. Between looking at a failed job and removing
 * it, another sweeper may have removed it and WeChat's re-send may have added it again: that one is waiting, was
 * acknowledged, and must stay. So both are one script; the keys are those that BullMQ keeps of a job.
 */
const removeIfFailed = `
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('DEL', KEYS[2], KEYS[2] .. ':logs')
return 1`;

/** @see RemoveFailedJob */
export function createRemoveFailedJob(redis: Redis, queue: OpenQueue): RemoveFailedJob {
  return async (jobId) =>
    (await redis.eval(removeIfFailed, 2, queue.toKey('failed'), queue.toKey(jobId), jobId)) === 1;
}
