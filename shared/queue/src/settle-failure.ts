import type { Clock, DeadLetterSink, QueueName } from '@huidiao/contracts';
import { AppError, decideRetry, toAppError } from '@huidiao/errors';
import { DelayedError, UnrecoverableError, WaitingError } from 'bullmq';
import type { DeadIds } from './dead-ids.ts';
import { toDeadLetter } from './dead-letter.ts';
import { DecidedRetry } from './decided-retry.ts';
import type { JobRun } from './job-run.ts';
import type { OpenJob } from './open-queue.ts';

export interface FailedRun {
  readonly job: OpenJob;
  /** BullMQ's lock on the job. */
  readonly token: string;
  readonly run: JobRun;
  readonly error: AppError;
  readonly signal: AbortSignal;
}

/** What became of a failed attempt, and what the worker throws to tell BullMQ. */
export interface Settlement {
  readonly outcome: 'retry' | 'postponed' | 'dead_letter' | 'dead_letter_not_stored' | 'put_back';
  readonly retryDelayMs?: number;
  readonly toThrow: Error;
}

export interface SettleOptions {
  readonly queue: QueueName;
  readonly deadLetters: DeadLetterSink;
  readonly deadIds: DeadIds;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * Turns decideRetry's answer into BullMQ's terms; the only place that does.
 *
 * | decision    | what happens to the job | thrown |
 * |---          |---                      |---     |
 * | retry       | delayed by BullMQ, one attempt used | DecidedRetry |
 * | postpone    | delayed by us, no attempt used | DelayedError |
 * | dead letter | stored first; then BullMQ fails it and removes it in one script | UnrecoverableError |
 * | dead letter that cannot be stored | postponed: failing it now would leave no trace of it | DelayedError |
 * | the attempt was told to stop | back to the head of the queue | WaitingError |
 */
export async function settleFailure(failed: FailedRun, options: SettleOptions): Promise<Settlement> {
  const { job, token, run, error, signal } = failed;
  if (signal.aborted) {
    // Put off without using an attempt; otherwise twenty restarts would look like twenty killed workers. Where
    // another worker has the job by now, the count is one too high, which costs nothing. What the attempt threw
    // when it was told to stop says nothing about the job.
    await remember(failed, 1, run.failing);
    await job.moveToWait(token);
    return { outcome: 'put_back', toThrow: new WaitingError() };
  }
  const decision = decideRetry({ ...run, error }, run.policy, options.clock.now(), options.random);
  switch (decision.action) {
    case 'retry':
      if (run.failing?.code !== error.code) await remember(failed, 0, toFailing(failed, options.clock));
      return {
        outcome: 'retry',
        retryDelayMs: decision.delayMs,
        toThrow: new DecidedRetry(error.code, decision.delayMs),
      };
    case 'postpone':
      return postpone(failed, options.clock, decision.delayMs, 'postponed');
    case 'dead-letter':
      return bury(failed, options);
    default:
      return decision satisfies never;
  }
}

async function bury(failed: FailedRun, options: SettleOptions): Promise<Settlement> {
  const { job, run, error } = failed;
  const failedAt = options.clock.now();
  try {
    await options.deadLetters.store(
      toDeadLetter({ ...run, job, queue: options.queue, error, attempts: run.attempt, failedAt }),
    );
  } catch (storeError) {
    return postpone(
      failed,
      options.clock,
      toStoreRetryMs(storeError, run, options),
      'dead_letter_not_stored',
    );
  }
  await options.deadIds.add(run.jobId, failedAt);
  // BullMQ reads this option of the job in hand when it fails it. A failed job that stayed would swallow the
  // next add under its id, and with it WeChat's next re-send.
  job.opts.removeOnFail = true;
  const toThrow = new UnrecoverableError(error.code);
  Reflect.deleteProperty(toThrow, 'stack');
  return { outcome: 'dead_letter', toThrow };
}

/** The same jitter as for any other throttled failure, but never giving up. */
function toStoreRetryMs(storeError: unknown, run: JobRun, { clock, random }: SettleOptions): number {
  const error = new AppError(toAppError(storeError).code, { kind: 'throttled' });
  const now = clock.now();
  const decision = decideRetry({ ...run, error, firstAttemptAt: now }, run.policy, now, random);
  return decision.action === 'dead-letter' ? run.policy.maxDelayMs : decision.delayMs;
}

/** The count is written first: a crash between the two leaves it one too high, which costs nothing. */
async function postpone(
  failed: FailedRun,
  clock: Clock,
  delayMs: number,
  outcome: 'postponed' | 'dead_letter_not_stored',
): Promise<Settlement> {
  await remember(failed, 1, toFailing(failed, clock));
  await failed.job.moveToDelayed(Date.now() + delayMs, failed.token);
  return { outcome, retryDelayMs: delayMs, toThrow: new DelayedError() };
}

/** Since when the job fails with the code of this attempt. */
function toFailing({ run, error }: FailedRun, clock: Clock): JobRun['failing'] {
  return run.failing?.code === error.code ? run.failing : { code: error.code, since: clock.now() };
}

async function remember(
  { job, run }: FailedRun,
  morePostponements: number,
  failing: JobRun['failing'],
): Promise<void> {
  await job.updateData({
    payload: run.envelope === undefined ? job.data : run.envelope.payload,
    meta: {
      firstAttemptAt: run.firstAttemptAt.getTime(),
      postponements: run.postponements + morePostponements,
      ...(failing && { failing: { code: failing.code, since: failing.since.getTime() } }),
    },
  });
}
