import { type DeadLetter, toBaseJobId } from '@huidiao/contracts';
import type { AppError } from '@huidiao/errors';
import { parseJobEnvelope } from './job-envelope.ts';
import type { OpenJob } from './open-queue.ts';

/** What is known of a job that will not be tried again. */
export interface DeadJob {
  readonly job: Pick<OpenJob, 'id' | 'name' | 'data'>;
  readonly queue: string;
  readonly error: AppError;
  /** Attempts that count, the last included. */
  readonly attempts: number;
  readonly firstAttemptAt: Date;
  readonly failedAt: Date;
}

/**
 * The dead letter of a job: its payload as it was queued, and its error without stack and cause. A repetition that
 * dies has the dead letter of the job that it repeats.
 */
export function toDeadLetter({ job, queue, error, attempts, firstAttemptAt, failedAt }: DeadJob): DeadLetter {
  return {
    queue,
    jobId: toBaseJobId(job.id ?? ''),
    jobName: job.name,
    // Of a job that another program wrote there is nothing but what it wrote.
    payload: parseJobEnvelope(job.data)?.payload ?? job.data,
    errorCode: error.code,
    reason: error.message,
    details: error.details,
    attempts,
    firstAttemptAt,
    failedAt,
  };
}
