import { type JobName, toCountedJobId } from '@huidiao/contracts';
import { type CheckedJob, checkNewJob, type NewJob } from './new-job.ts';

/** A job that died, as its dead letter has it. */
export interface DeadJob {
  readonly jobId: string;
  readonly jobName: string;
  readonly payload: unknown;
}

/** The job that repeats one that died, and the queue that the catalogue has it in. */
export interface RepeatedJob {
  readonly queue: CheckedJob['queue'];
  readonly job: NewJob;
}

/**
 * The job of the `count`th replay of a dead letter. It waits in the bulk lane, so that a heap of replays holds up no
 * live payment.
 *
 * @throws AppError JOB_INVALID for a job that does not fit the catalogue (any more)
 */
export function toRepeatedJob(row: DeadJob, count: number): RepeatedJob {
  const id = toCountedJobId(row.jobId, 'replay', count);
  // Name and payload are whatever the job had; checkNewJob holds both against the catalogue.
  const job = { name: row.jobName as JobName, id, data: row.payload, lane: 'bulk' } as NewJob;
  return { queue: checkNewJob(job).queue, job };
}

/**
 * Adds it.
 * @throws AppError JOB_INVALID, QUEUE_UNAVAILABLE, QUEUE_NOT_DURABLE
 */
export async function addRepeatedJob(
  producer: { add(job: NewJob): Promise<void> },
  row: DeadJob,
  count: number,
): Promise<void> {
  await producer.add(toRepeatedJob(row, count).job);
}
