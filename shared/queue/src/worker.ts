import {
  type Clock,
  completedJobRetention,
  type DeadLetterSink,
  type JobName,
  type QueueName,
  systemClock,
} from '@huidiao/contracts';
import { createRedis, type Logger, type Metrics } from '@huidiao/runtime';
import { Worker } from 'bullmq';
import { createJobAttempts, unendedStartsLimit } from './attempt-job.ts';
import { closeWorker } from './close-worker.ts';
import { createDeadIds } from './dead-ids.ts';
import { toBackoffMs } from './decided-retry.ts';
import type { JobEnvelope } from './job-envelope.ts';
import type { JobHandlers } from './job-handler.ts';
import type { OpenWorker } from './open-queue.ts';
import { toKeyPrefix } from './queue-keys.ts';
import { createRunningHandlers } from './running-handlers.ts';

/** Works the jobs of one queue. */
export interface QueueWorker {
  /** Whether it is connected and takes jobs. */
  isReady(): boolean;
  /**
   * Takes no more jobs and waits for those under way. In the last fifth of the deadline, at most 2 s, their
   * signals are aborted, and those that stop go back to the queue. Resolves by the deadline even if Redis is
   * away; a job that was cut off is found by another worker once its lock has run out (30 to 60 s).
   */
  close(deadlineMs: number): Promise<void>;
}

export interface QueueWorkerOptions<Q extends QueueName> {
  readonly queue: Q;
  readonly handlers: JobHandlers<Q>;
  readonly redis: { readonly url: string };
  readonly prefix: string;
  /** Jobs that run at once in this process. */
  readonly concurrency: number;
  readonly deadLetters: DeadLetterSink;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock?: Clock;
  /** For jitter: from 0 up to 1. */
  readonly random?: () => number;
  /** For tests; 30 s is what production runs with. */
  readonly lockMs?: number;
}

/** A crash is noticed after one to two of these; renewed at half time while the event loop turns. */
const defaultLockMs = 30_000;

/** Starts to work at once, or as soon as Redis is there. */
export function createQueueWorker<Q extends QueueName>(options: QueueWorkerOptions<Q>): QueueWorker {
  const { queue, prefix, logger, clock = systemClock, random = Math.random } = options;
  const redis = createRedis('worker', { url: options.redis.url, name: `worker:${queue}` }, logger);
  const running = createRunningHandlers();
  const deadIds = createDeadIds(redis, prefix, queue);
  const attempt = createJobAttempts({ ...options, deadIds, running, clock, random });
  const worker: OpenWorker = new Worker<JobEnvelope, void, JobName>(
    queue,
    (job, token) => attempt(job, token ?? ''),
    {
      connection: redis,
      prefix: toKeyPrefix(prefix, queue),
      concurrency: options.concurrency,
      lockDuration: options.lockMs ?? defaultLockMs,
      stalledInterval: options.lockMs ?? defaultLockMs,
      // Above our own limit, which leaves a dead letter; BullMQ's fails the job without running any code.
      maxStalledCount: 2 * unendedStartsLimit,
      runRetryDelay: 1_000,
      removeOnComplete: completedJobRetention,
      settings: { backoffStrategy: toBackoffMs },
    },
  );
  watch(worker, queue, logger, (jobId) => running.abort('another worker has the job', jobId));

  let closing: Promise<void> | undefined;
  return {
    isReady: () => closing === undefined && redis.status === 'ready' && worker.isRunning(),
    close(deadlineMs) {
      closing ??= closeWorker({ worker, redis, running, queue, logger }, deadlineMs);
      return closing;
    },
  };
}

function watch(
  worker: OpenWorker,
  queue: QueueName,
  logger: Logger,
  onLockLost: (jobId: string) => void,
): void {
  worker.on('error', (err) => {
    // The connection reports its own outages, once each.
    const level = 'code' in err && typeof err.code === 'string' ? 'debug' : 'warn';
    logger[level]({ event: 'worker.error', queue, err }, 'worker.error');
  });
  worker.on('stalled', (jobId) => logger.warn({ event: 'job.stalled', queue, jobId }, 'job.stalled'));
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const jobId of jobIds) onLockLost(jobId);
  });
}
