import type { QueueName } from '@huidiao/contracts';
import { AppError, toAppError } from '@huidiao/errors';
import type { Redis } from 'ioredis';
import { addBatch, type BatchFates } from './add-batch.ts';
import type { DurabilityGate } from './durability-gate.ts';
import type { CheckedJob } from './new-job.ts';
import type { OpenQueue } from './open-queue.ts';

export interface SendOptions {
  readonly redis: Redis;
  readonly gate: DurabilityGate;
  readonly queues: ReadonlyMap<QueueName, OpenQueue>;
  /** Replicas that must have a batch before it counts as added. */
  readonly waitReplicas: number;
}

/**
 * Sends jobs of one queue to a Redis that is durable, and waits for its replicas if asked to. Never rejects: what
 * keeps all of them from being added is the fate of each.
 *
 * @param deadlineAt on the clock of performance.now(); nothing is sent after it
 */
export async function sendBatch(
  jobs: readonly CheckedJob[],
  deadlineAt: number,
  options: SendOptions,
): Promise<BatchFates> {
  try {
    await options.gate.pass();
    const queue = jobs[0] && options.queues.get(jobs[0].queue);
    if (queue === undefined || performance.now() >= deadlineAt) throw tooLate();
    const fates = await addBatch(queue, jobs);
    await replicate(deadlineAt, options);
    return fates;
  } catch (error) {
    const failure = toQueueError(error);
    return jobs.map(() => failure);
  }
}

/** WAIT counts the replicas that have everything this connection wrote before. */
async function replicate(deadlineAt: number, { redis, waitReplicas }: SendOptions): Promise<void> {
  if (waitReplicas === 0) return;
  // A little less than what is left, so that its answer comes in time; but 0 would wait for ever.
  const waitMs = Math.max(1, Math.floor((deadlineAt - performance.now()) * 0.9));
  const replicas = await redis.wait(waitReplicas, waitMs);
  if (replicas >= waitReplicas) return;
  throw unavailable(`${replicas} replicas have the job, ${waitReplicas} must`);
}

/** Whether the job is there is not known. */
export function tooLate(): AppError {
  return unavailable('Redis did not answer within the deadline; the job may be there');
}

export function unavailable(message: string, cause?: unknown): AppError {
  return new AppError('QUEUE_UNAVAILABLE', { message, cause });
}

/** Whatever a connection throws means the same here: whether the job is there is not known. */
function toQueueError(error: unknown): AppError {
  return error instanceof AppError ? error : unavailable(toAppError(error).message, error);
}
