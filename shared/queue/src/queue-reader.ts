import { type Lane, lanes, type QueueName } from '@huidiao/contracts';
import { closeRedis, createRedis, type Logger } from '@huidiao/runtime';
import { parseJobEnvelope } from './job-envelope.ts';
import type { OpenJob } from './open-queue.ts';
import { createOpenQueues } from './open-queues.ts';

const jobStates = ['waiting', 'active', 'delayed', 'completed', 'failed'] as const;
export type JobState = (typeof jobStates)[number];

/** How many jobs of a queue are in each state. */
export type QueueCounts = Readonly<Record<JobState, number>>;

/** A job as it is in Redis now. */
export interface QueuedJob {
  readonly id: string;
  readonly name: string;
  readonly lane: Lane;
  readonly payload: unknown;
  /** Attempts that ended, the successful one included. */
  readonly attemptsMade: number;
  readonly postponements: number;
  /** From when it was added, or put off, until it is due; 0 for at once. */
  readonly delayMs: number;
}

/** Looks at queues without changing them: at both lanes, or at the one that is asked for. */
export interface QueueReader {
  counts(queue: QueueName, lane?: Lane): Promise<QueueCounts>;
  /** The job, whatever its state; the one in the live lane if both have one of this id. */
  find(queue: QueueName, jobId: string, lane?: Lane): Promise<QueuedJob | undefined>;
  /** Jobs in one state, at most `limit`: those of the live lane first, and of each lane the oldest first. */
  list(queue: QueueName, state: JobState, limit: number, lane?: Lane): Promise<QueuedJob[]>;
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
  const queues = createOpenQueues({ redis, prefix, logger });
  /** Asks one lane, or all of them at once. */
  const ask = <T>(lane: Lane | undefined, question: (lane: Lane) => Promise<T>): Promise<T[]> =>
    Promise.all((lane === undefined ? lanes : [lane]).map(question));

  return {
    async counts(queue, lane) {
      const counts = await ask(lane, (each) => queues.get(queue, each).getJobCounts(...jobStates));
      const sum = (state: JobState): number => counts.reduce((total, one) => total + (one[state] ?? 0), 0);
      return Object.fromEntries(jobStates.map((state) => [state, sum(state)])) as QueueCounts;
    },
    async find(queue, jobId, lane) {
      const found = await ask(lane, async (each) => {
        const job = await queues.get(queue, each).getJob(jobId);
        return job && toQueuedJob(job, each);
      });
      return found.find((job) => job !== undefined);
    },
    async list(queue, state, limit, lane) {
      const found = await ask(lane, async (each) => {
        const jobs = await queues.get(queue, each).getJobs([state], 0, limit - 1, true);
        return jobs.map((job) => toQueuedJob(job, each));
      });
      return found.flat().slice(0, limit);
    },
    async close() {
      await queues.close();
      await closeRedis(redis);
    },
  };
}

function toQueuedJob(job: OpenJob, lane: Lane): QueuedJob {
  const envelope = parseJobEnvelope(job.data);
  return {
    id: job.id ?? '',
    name: job.name,
    lane,
    payload: envelope?.payload ?? job.data,
    attemptsMade: job.attemptsMade,
    postponements: envelope?.meta?.postponements ?? 0,
    delayMs: job.delay,
  };
}
