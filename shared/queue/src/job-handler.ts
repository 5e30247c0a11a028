import type { JobData, JobName, JobNameOf, Lane, QueueName } from '@huidiao/contracts';

/** One run of a handler. */
export interface JobAttempt {
  readonly jobId: string;
  /** The lane that the job was added to; what it leads to goes into the same. */
  readonly lane: Lane;
  /** Attempts that count, this one included; starts at 1. */
  readonly attempt: number;
  /** Times that the job was put off without using an attempt. */
  readonly postponements: number;
  readonly firstAttemptAt: Date;
  /**
   * The error code of the attempt before, and since when all attempts have failed with it: a handler that waits
   * for something must not count the time in which it could not even look.
   */
  readonly failing: { readonly code: string; readonly since: Date } | undefined;
  /** Aborted when the worker closes before the attempt ended, or another worker took the job over. */
  readonly signal: AbortSignal;
}

/** What a handler did; every field goes into the attempt's log line. No secrets, no personal data. */
export interface JobOutcome {
  readonly outcome: string;
  readonly outTradeNo?: string;
  readonly [field: string]: string | number | boolean | undefined;
}

/**
 * Does the work of one job. It may run twice for the same job, also at the same time: a worker that lost its lock
 * does not know it. It throws AppError; its kind decides what becomes of the job (decideRetry).
 */
export type JobHandler<N extends JobName> = (
  data: JobData<N>,
  attempt: JobAttempt,
) => Promise<JobOutcome> | JobOutcome;

/** A handler for each job of the queue. */
export type JobHandlers<Q extends QueueName> = { readonly [N in JobNameOf<Q>]: JobHandler<N> };
