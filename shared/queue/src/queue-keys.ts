import type { QueueName } from '@huidiao/contracts';

/**
 * The prefix of every Redis key of one queue. The braces are a hash tag: they put all keys of the queue into one
 * slot of a Redis Cluster, which BullMQ's scripts need, and different queues into different slots.
 * https://docs.bullmq.io/bull/patterns/redis-cluster
 */
export function toKeyPrefix(prefix: string, queue: QueueName): string {
  return `{${prefix}:${queue}}`;
}

/**
 * Sorted set of the ids of one queue that have a dead letter, by the time of it. It stands beside BullMQ's keys,
 * in the same slot, where no job id can collide with it.
 */
export function toDeadIdsKey(prefix: string, queue: QueueName): string {
  return `${toKeyPrefix(prefix, queue)}:dead-ids`;
}
