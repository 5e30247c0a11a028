import {
  type Clock,
  type DeadLetterSink,
  type Lane,
  lanes,
  type QueueName,
  systemClock,
} from '@huidiao/contracts';
import { AppError, type ErrorCode, errorCatalogue, toAppError } from '@huidiao/errors';
import { closeRedis, createRedis, type Logger, type Metrics } from '@huidiao/runtime';
import { createDeadIds, type DeadIds } from './dead-ids.ts';
import { toDeadLetter } from './dead-letter.ts';
import { parseJobEnvelope } from './job-envelope.ts';
import { type OpenJob, type OpenQueue, openQueue } from './open-queue.ts';
import { createRemoveFailedJob, type RemoveFailedJob } from './remove-failed-job.ts';

/**
 * Finds jobs that failed without a dead letter: BullMQ fails a job that stalled more often than allowed without
 * ever calling a handler, and a person may fail one by hand. It stores the dead letter and removes the job, so
 * that the next add under its id works.
 */
export interface FailedJobSweeper {
  /**
   * Sweeps the oldest failed jobs of each lane of each queue, at most `limitPerLane` of each. May run in several
   * processes at once. A job whose dead letter cannot be stored stays for the next sweep and holds up no other;
   * the first such error is thrown at the end. When the store (`STORE_UNAVAILABLE`) or Redis (`QUEUE_UNAVAILABLE`)
   * is away, the rest of the lane is left for the next sweep too.
   */
  sweep(limitPerLane: number): Promise<{ readonly swept: number }>;
  close(): Promise<void>;
}

export interface FailedJobSweeperOptions {
  readonly queues: readonly QueueName[];
  readonly redis: { readonly url: string };
  readonly prefix: string;
  readonly deadLetters: DeadLetterSink;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock?: Clock;
}

interface SweptLane {
  readonly name: QueueName;
  readonly lane: Lane;
  readonly queue: OpenQueue;
  readonly deadIds: DeadIds;
  readonly removeFailedJob: RemoveFailedJob;
}

/** @see FailedJobSweeper */
export function createFailedJobSweeper(options: FailedJobSweeperOptions): FailedJobSweeper {
  const { prefix, logger, metrics, deadLetters, clock = systemClock } = options;
  const redis = createRedis('command', { url: options.redis.url, name: 'sweeper' }, logger);
  const sweptTotal = metrics.counter({
    name: 'huidiao_failed_jobs_swept_total',
    help: 'Jobs that had failed without a dead letter and now have one.',
    labelNames: ['queue', 'lane', 'error_code'],
  });
  const openLane = (name: QueueName, lane: Lane): SweptLane => {
    const queue = openQueue(name, lane, { redis, prefix, logger });
    const deadIds = createDeadIds(redis, prefix, name);
    return { name, lane, queue, deadIds, removeFailedJob: createRemoveFailedJob(redis, queue) };
  };
  const swept = options.queues.flatMap((name) => lanes.map((lane) => openLane(name, lane)));

  async function sweepLane(swept: SweptLane, limit: number): Promise<number> {
    let count = 0;
    let failure: AppError | undefined;
    // Always with a range: without one BullMQ reads all of them, https://github.com/taskforcesh/bullmq/issues/4608
    for (const job of await swept.queue.getJobs(['failed'], 0, limit - 1, true)) {
      try {
        if (await sweepJob(job, swept)) count += 1;
      } catch (error) {
        failure ??= toSweepError(error);
        if (isOutage(error)) break;
      }
    }
    if (failure) throw failure;
    return count;
  }

  /** Whether the job is gone through this sweeper. Rejects with an AppError when it is the store that failed. */
  async function sweepJob(job: OpenJob, swept: SweptLane): Promise<boolean> {
    const { name, lane, deadIds, removeFailedJob } = swept;
    // Another sweeper may have been faster, and the id may be in use again by now.
    if (job.id === undefined || !(await job.isFailed())) return false;
    const error = toSweptError(job);
    const letter = toSweptDeadLetter(job, name, error, clock);
    await deadLetters.store(letter).catch((refusal: unknown) => Promise.reject(toAppError(refusal)));
    await deadIds.add(job.id, clock.now());
    if (!(await removeFailedJob(job.id))) return false;
    sweptTotal.inc({ queue: name, lane, error_code: error.code });
    const fields = {
      event: 'job.swept',
      alarm: 'dead-letter',
      queue: name,
      lane,
      job: job.name,
      jobId: job.id,
      errorCode: error.code,
    };
    logger.error(fields, 'job.swept');
    return true;
  }

  return {
    async sweep(limitPerLane) {
      // All of them, so that one which cannot be swept does not starve the others.
      const results = await Promise.allSettled(swept.map((each) => sweepLane(each, limitPerLane)));
      let count = 0;
      for (const result of results) {
        if (result.status === 'rejected') throw toSweepError(result.reason);
        count += result.value;
      }
      return { swept: count };
    },
    async close() {
      await Promise.all(swept.map(({ queue }) => queue.close()));
      await closeRedis(redis);
    },
  };
}

function toSweptDeadLetter(job: OpenJob, queue: QueueName, error: AppError, clock: Clock) {
  const firstAttemptAt = parseJobEnvelope(job.data)?.meta?.firstAttemptAt ?? job.processedOn ?? job.timestamp;
  return toDeadLetter({
    job,
    queue,
    error,
    attempts: job.attemptsMade,
    firstAttemptAt: new Date(firstAttemptAt),
    failedAt: job.finishedOn === undefined ? clock.now() : new Date(job.finishedOn),
  });
}

/** Our worker leaves a code as the reason; of a job that stalled and has none, BullMQ gave up. */
function toSweptError(job: OpenJob): AppError {
  const reason = job.failedReason ?? '';
  const details = { failedReason: reason, stalled: job.stalledCounter, started: job.attemptsStarted };
  if (isErrorCode(reason)) return new AppError(reason, { details });
  if (job.stalledCounter > 0) return new AppError('JOB_KILLED_WORKERS', { details });
  return new AppError('INTERNAL_ERROR', { message: `the job failed without a code: ${reason}`, details });
}

function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorCatalogue, text);
}

/** Whether the next job would fail as well. What Redis answered, it answered about one job. */
function isOutage(error: unknown): boolean {
  if (error instanceof AppError) return error.code === 'STORE_UNAVAILABLE';
  return !(error instanceof Error && error.name === 'ReplyError');
}

function toSweepError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError('QUEUE_UNAVAILABLE', { message: 'failed jobs could not be swept', cause: error });
}
