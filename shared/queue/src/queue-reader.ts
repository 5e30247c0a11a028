import type { QueueName } from '@huidiao/contracts';
import { closeRedis, createRedis, type Logger } from '@huidiao/runtime';
import { parseJobEnvelope } from './job-envelope.ts';
import { type OpenQueue, openQueue } from './open-queue.ts';

const jobStates = ['waiting', 'active', 'delayed', 'completed', 'failed'] as const;
export type JobState = (typeof jobStates)[number];

/** How many jobs of a queue are in each state. */
export type QueueCounts = Readonly<Record<JobState, number>>;

/** A job as it is in Redis now. */
export interface QueuedJob {
  readonly id: string;
  readonly name: string;
  readonly payload: unknown;
  /** Attempts that ended, the successful one included. */
  readonly attemptsMade: number;
  readonly postponements: number;
  /** From when it was added, or put off, until it is due; 0 for at once. */
  readonly delayMs: number;
}

/** Looks at queues without changing them. */
export interface QueueReader {
  counts(queue: QueueName): Promise<QueueCounts>;
  /** The job, whatever its state. */
  find(queue: QueueName, jobId: string): Promise<QueuedJob | undefined>;
  /** Jobs in one state, the oldest first, at most `limit`. */
  list(queue: QueueName, state: JobState, limit: number): Promise<QueuedJob[]>;
  close(): Promise<void>;
}

/** @see QueueReader */
export function createQueueReader(options: {
  readonly redis: { readonly url: string };
  readonly prefix: string;
  readonly logger: Logger;
}): QueueReader {
  const { prefix, logger } = options;
  const redis = createRedis('command', { url: options.redis.url, name: 'queue-reader' }, logger);
  const queues = new Map<QueueName, OpenQueue>();
  const open = (name: QueueName): OpenQueue => {
    const queue = queues.get(name) ?? openQueue(name, redis, prefix, logger);
    queues.set(name, queue);
    return queue;
  };
  return {
    async counts(queue) {
      const counts = await open(queue).getJobCounts(...jobStates);
      return Object.fromEntries(jobStates.map((state) => [state, counts[state] ?? 0])) as QueueCounts;
    },
    async find(queue, jobId) {
      const job = await open(queue).getJob(jobId);
      return job && toQueuedJob(job);
    },
    async list(queue, state, limit) {
      const jobs = await open(queue).getJobs([state], 0, limit - 1, true);
      return jobs.map(toQueuedJob);
    },
    async close() {
      await Promise.all([...queues.values()].map((queue) => queue.close()));
      await closeRedis(redis);
    },
  };
}

function toQueuedJob(job: NonNullable<Awaited<ReturnType<OpenQueue['getJob']>>>): QueuedJob {
  const envelope = parseJobEnvelope(job.data);
  return {
    id: job.id ?? '',
    name: job.name,
    payload: envelope?.payload ?? job.data,
    attemptsMade: job.attemptsMade,
    postponements: envelope?.meta?.postponements ?? 0,
    delayMs: job.delay,
  };
}
