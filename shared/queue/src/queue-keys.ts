import { defaultLane, type Lane, type QueueName } from '@huidiao/contracts';

/**
 * The name under which BullMQ knows one lane of a queue: the live lane is the queue's own name. Outside this
 * package only the queue's name and the lane are known.
 */
export function toLaneName(queue: QueueName, lane: Lane): string {
  return lane === defaultLane ? queue : `${queue}-${lane}`;
}

/**
 * The prefix of every Redis key of one lane of a queue. The braces are a hash tag: they put all keys of the lane
 * into one slot of a Redis Cluster, which BullMQ's scripts need, and different lanes into different slots.
 * https://docs.bullmq.io/bull/patterns/redis-cluster
 */
export function toKeyPrefix(prefix: string, queue: QueueName, lane: Lane = defaultLane): string {
  return `{${prefix}:${toLaneName(queue, lane)}}`;
}

/**
 * Sorted set of the job ids of one queue that have a dead letter, by the time of it; one for both lanes. It stands
 * beside BullMQ's keys of the live lane, in the same slot, where no job id can collide with it.
 */
export function toDeadIdsKey(prefix: string, queue: QueueName): string {
  return `${toKeyPrefix(prefix, queue)}:dead-ids`;
}
