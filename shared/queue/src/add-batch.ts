import { AppError } from '@huidiao/errors';
import { Job } from 'bullmq';
import type { JobEnvelope } from './job-envelope.ts';
import type { CheckedJob } from './new-job.ts';
import type { OpenQueue } from './open-queue.ts';

/**
 * When a job fails, our worker decides whether it is tried again (decideRetry with the catalogue's policy).
 * BullMQ's own count must never end a job before, and its delay is the one that was decided.
 */
const retryOptions = { attempts: 1_000_000, backoff: { type: 'decided' } } as const;

/** Nothing reads BullMQ's event stream; it is kept for looking at. */
const keptEvents = 1_000;

/** What became of each job of a batch, in its order: `undefined` when Redis has it. */
export type BatchFates = (AppError | undefined)[];

/**
 * Adds jobs of one lane in one pipeline. It is what Queue.addBulk does, but addBulk throws the first error of any
 * job and does not say whose it was, while each of these jobs was sent by somebody else: here each gets the answer
 * to its own script. A job whose id exists in the lane already counts as added.
 */
export async function addBatch(queue: OpenQueue, jobs: readonly CheckedJob[]): Promise<BatchFates> {
  const backend = queue.getBackend();
  const pipeline = (await backend.client).pipeline();
  await Promise.all(jobs.map((job) => toBullJob(queue, job).addJob(pipeline)));
  // Kept by each queue in Redis, where an evaporated one would fall back to BullMQ's ten thousand.
  pipeline.hset(queue.keys.meta ?? queue.toKey('meta'), { 'opts.maxLenEvents': keptEvents });

  const replies: (readonly [Error | null, unknown])[] = (await pipeline.exec()) ?? [];
  return jobs.map((job, index) => toFate(job, replies[index]));
}

function toBullJob(queue: OpenQueue, job: CheckedJob) {
  const data: JobEnvelope = { payload: job.payload };
  const delay = job.delayMs > 0 ? { delay: job.delayMs } : {};
  return new Job(queue, job.name, data, { ...retryOptions, ...delay, jobId: job.id }, job.id);
}

/** A script answers with the job's id; a negative number is one of BullMQ's error codes. */
function toFate(job: CheckedJob, reply: readonly [Error | null, unknown] | undefined): AppError | undefined {
  const [error, answer] = reply ?? [new Error('Redis gave no answer'), undefined];
  if (!error && String(answer) === job.id) return undefined;
  return new AppError('QUEUE_UNAVAILABLE', {
    message: `Redis did not take the job: ${error?.message ?? `answer ${String(answer)}`}`,
    details: { queue: job.queue, lane: job.lane, job: job.name, jobId: job.id },
    cause: error ?? undefined,
  });
}
