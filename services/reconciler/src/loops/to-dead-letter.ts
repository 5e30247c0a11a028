import {
  type Clock,
  type DeadLetter,
  type DeadLetterSink,
  jobCatalogue,
  type QueueName,
} from '@huidiao/contracts';
import type { AppError } from '@huidiao/errors';
import type { Logger } from '@huidiao/runtime';
import type { InboxRow } from '@huidiao/store';

/** A job that lay in MongoDB. */
type StoredJob = Pick<InboxRow, 'id' | 'name' | 'data' | 'receivedAt' | 'claims'>;

export interface BuryDeps {
  readonly deadLetters: Pick<DeadLetterSink, 'store'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Stores the dead letter of a job that no queue takes, and tells people. @throws AppError STORE_UNAVAILABLE */
export async function bury(
  { deadLetters, clock, logger }: BuryDeps,
  row: StoredJob,
  failure: AppError,
): Promise<void> {
  const letter = toDeadLetter(row, failure, clock.now());
  await deadLetters.store(letter);
  const { queue, jobName: job, jobId, errorCode } = letter;
  logger.error({ event: 'job.buried', alarm: 'dead-letter', queue, job, jobId, errorCode }, 'job.buried');
}

/** The dead letter of a job that no queue takes (any more), although its callback was acknowledged. Pure. */
export function toDeadLetter(row: StoredJob, failure: AppError, now: Date): DeadLetter {
  return {
    queue: toQueue(row.name),
    jobId: row.id,
    jobName: row.name,
    payload: row.data,
    errorCode: failure.code,
    reason: failure.message,
    details: failure.details,
    attempts: row.claims,
    firstAttemptAt: row.receivedAt,
    failedAt: now,
  };
}

/** Of a name that the catalogue does not know (any more): the queue that takes in callbacks. */
function toQueue(name: string): QueueName {
  const jobs: Record<string, { readonly queue: QueueName }> = jobCatalogue;
  return Object.hasOwn(jobs, name) ? (jobs[name]?.queue ?? 'payment-event') : 'payment-event';
}
