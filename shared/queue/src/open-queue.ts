import type { JobName, Lane, QueueName } from '@huidiao/contracts';
import type { Logger } from '@huidiao/runtime';
import { type Job, Queue, type Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { JobEnvelope } from './job-envelope.ts';
import { toKeyPrefix, toLaneName } from './queue-keys.ts';

/** BullMQ's queue of one lane, on a connection that the caller owns and closes. */
export type OpenQueue = Queue<JobEnvelope, void, JobName>;
export type OpenJob = Job<JobEnvelope, void, JobName>;
export type OpenWorker = Worker<JobEnvelope, void, JobName>;

/**
 * Opens one lane of a queue without touching Redis: without the two `skip` options a Queue that is made while
 * Redis is away waits for it, and every call with it. The connection reports its own outages, so the queue's
 * copies of them are only worth a debug line.
 */
export function openQueue(
  name: QueueName,
  lane: Lane,
  { redis, prefix, logger }: { readonly redis: Redis; readonly prefix: string; readonly logger: Logger },
): OpenQueue {
  const queue: OpenQueue = new Queue(toLaneName(name, lane), {
    connection: redis,
    prefix: toKeyPrefix(prefix, name, lane),
    skipWaitingForReady: true,
    skipVersionCheck: true,
    skipMetasUpdate: true,
  });
  queue.on('error', (error) =>
    logger.debug({ event: 'queue.error', queue: name, lane, err: error }, 'queue.error'),
  );
  return queue;
}
