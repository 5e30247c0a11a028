import type { Redis } from 'ioredis';
import type { OpenWorker } from './open-queue.ts';

/**
 * Jobs of a worker's lane that it could fetch now: those that wait and those whose delay is over, for it is the
 * workers that make these wait. Undefined where it cannot be said: Redis is away, or a person has paused the queue
 * or bounded it (which BullMQ keeps in the queue's meta).
 */
export async function countFetchable(redis: Redis, worker: OpenWorker): Promise<number | undefined> {
  if (redis.status !== 'ready') return undefined;
  // BullMQ's score of a delayed job: its due time times 4096, plus a counter (getDelayedScore.lua).
  const dueNow = (Date.now() + 1) * 0x1000 - 1;
  const replies = await redis
    .pipeline()
    .hmget(worker.toKey('meta'), 'paused', 'concurrency', 'max')
    .llen(worker.toKey('wait'))
    .zcount(worker.toKey('delayed'), '-inf', dueNow)
    .exec();
  const [held, waiting, due] = (replies ?? []).map(([error, reply]) => (error ? undefined : reply));
  if (!Array.isArray(held) || held.some((bound) => bound !== null)) return undefined;
  return typeof waiting === 'number' && typeof due === 'number' ? waiting + due : undefined;
}
