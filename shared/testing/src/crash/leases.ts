import { jobCatalogue, lanes, type QueueName } from '@huidiao/contracts';
import { toKeyPrefix, toLaneName } from '@huidiao/queue';
import type { Redis } from 'ioredis';

/** Keys of one lane of a queue begin so, with a colon after it. */
export function toQueueKey(prefix: string, queue: QueueName, lane: (typeof lanes)[number]): string {
  return `${toKeyPrefix(prefix, queue, lane)}:${toLaneName(queue, lane)}`;
}

/**
 * Makes what a dead process held in Redis look as if its lease had run out, so that no run has to wait for that: the
 * turns, and the locks of its jobs, which the next worker then finds by BullMQ's own look for stalled jobs. That
 * takes two looks, one to suspect a job and one to take it back; the first is done here.
 * https://github.com/taskforcesh/bullmq/blob/master/src/commands/moveStalledJobsToWait-8.lua
 * @param units of the service whose only process it was
 */
export async function endLeases(redis: Redis, prefix: string, units: readonly string[]): Promise<void> {
  const turns = [
    ...(await redis.keys(`${prefix}:recipient-turn:*`)),
    ...(await redis.keys(`${prefix}:*:turn`)),
  ];
  if (turns.length > 0) await redis.del(turns);
  const keys = toQueues(units).flatMap((queue) => lanes.map((lane) => toQueueKey(prefix, queue, lane)));
  await Promise.all(keys.map((key) => suspectActive(redis, key)));
}

function toQueues(units: readonly string[]): QueueName[] {
  const jobs: Readonly<Record<string, { readonly queue: QueueName }>> = jobCatalogue;
  const queues = units.flatMap((unit) => jobs[unit.replace(/^.* handlers\./, '')]?.queue ?? []);
  return [...new Set(queues)];
}

async function suspectActive(redis: Redis, key: string): Promise<void> {
  const ids = await redis.lrange(`${key}:active`, 0, -1);
  await redis.del(`${key}:stalled-check`, ...ids.map((id) => `${key}:${id}:lock`));
  if (ids.length > 0) await redis.sadd(`${key}:stalled`, ...ids);
}
