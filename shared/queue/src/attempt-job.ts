import {
  type Clock,
  type DeadLetterSink,
  isReplay,
  type JobName,
  type Lane,
  type QueueName,
  toBaseJobId,
} from '@huidiao/contracts';
import { AppError, toAppError } from '@huidiao/errors';
import type { Logger, Metrics } from '@huidiao/runtime';
import { createAttemptReport } from './attempt-report.ts';
import type { DeadIds } from './dead-ids.ts';
import type { JobAttempt, JobHandler, JobHandlers, JobOutcome } from './job-handler.ts';
import { type JobRun, toJobRun } from './job-run.ts';
import { describeIssues } from './new-job.ts';
import type { OpenJob } from './open-queue.ts';
import type { RunningHandlers } from './running-handlers.ts';
import { settleFailure } from './settle-failure.ts';

/**
 * Starts of a job that never ended (its worker was killed, or lost its lock) before it is taken for what kills
 * them. BullMQ's stalled limit lies above it, so that this one decides and leaves a dead letter.
 */
export const unendedStartsLimit = 20;

export interface AttemptOptions<Q extends QueueName> {
  readonly queue: Q;
  readonly lane: Lane;
  readonly handlers: JobHandlers<Q>;
  readonly deadLetters: DeadLetterSink;
  readonly deadIds: DeadIds;
  readonly running: RunningHandlers;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * Gives BullMQ's processor: runs the job's handler, settles a failure, and writes one line. It returns nothing,
 * because BullMQ would keep a return value in Redis twice.
 */
export function createJobAttempts<Q extends QueueName>(options: AttemptOptions<Q>) {
  const { queue, lane, clock, deadIds, deadLetters } = options;
  const report = createAttemptReport(options);

  return async (job: OpenJob, token: string): Promise<void> => {
    const run = toJobRun(job, queue, clock);
    const finish = report.start(job.name, run);
    const { signal, end } = options.running.begin(run.jobId);
    try {
      const outcome = await work(job.name, run, signal).finally(end);
      await resolveDeadLetter(run.jobId);
      finish(outcome);
    } catch (thrown) {
      const error = toAppError(thrown);
      const settlement = await settleFailure({ job, token, run, error, signal }, options).catch(
        (toThrow: unknown) => ({ outcome: 'not_settled', toThrow }),
      );
      finish(settlement, error);
      throw settlement.toThrow;
    }
  };

  async function work(name: string, run: JobRun, signal: AbortSignal): Promise<JobOutcome> {
    const data = checkRun(name, run);
    const { jobId, attempt, postponements, firstAttemptAt, failing } = run;
    // The catalogue ties the name to the schema that has just parsed the data; the compiler cannot follow it here.
    const handlers = options.handlers as unknown as Record<string, JobHandler<JobName>>;
    const handler = handlers[name];
    if (handler === undefined) throw new AppError('JOB_UNKNOWN', { details: { job: name } });
    const attemptInfo: JobAttempt = { jobId, lane, attempt, postponements, firstAttemptAt, failing, signal };
    return handler(data as never, attemptInfo);
  }

  /**
   * A repetition that succeeds resolves the dead letter of the job that it repeats. Fails the attempt when the
   * store is away: the handler may run again, a dead letter left open would lie.
   */
  async function resolveDeadLetter(jobId: string): Promise<void> {
    // Of a replay it is known without asking: a Redis that was lost since remembers no id.
    if (!isReplay(jobId) && !(await deadIds.has(jobId))) return;
    await deadLetters.resolve(queue, toBaseJobId(jobId));
    await deadIds.remove(jobId);
  }
}

/** The job's data, if it may run at all. Throws what makes a job a dead letter at first sight. */
function checkRun(name: string, run: JobRun): unknown {
  if (run.unendedStarts > unendedStartsLimit) {
    throw new AppError('JOB_KILLED_WORKERS', { details: { unendedStarts: run.unendedStarts } });
  }
  if (run.entry === undefined) throw new AppError('JOB_UNKNOWN', { details: { job: name } });
  if (run.envelope === undefined) {
    throw new AppError('JOB_INVALID', { message: 'the job was not written by a producer of this version' });
  }
  const parsed = run.entry.schema.safeParse(run.envelope.payload);
  if (parsed.success) return parsed.data;
  const problem = describeIssues(parsed.error.issues);
  throw new AppError('JOB_INVALID', { message: `the data of ${name} is not valid: ${problem}` });
}
