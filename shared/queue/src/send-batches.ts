import { AppError, toAppError } from '@huidiao/errors';
import type { Redis } from 'ioredis';
import { addBatch, type BatchFates } from './add-batch.ts';
import type { DurabilityGate } from './durability-gate.ts';
import type { CheckedJob } from './new-job.ts';
import type { OpenQueues } from './open-queues.ts';

export interface SendOptions {
  readonly redis: Redis;
  readonly gate: DurabilityGate;
  readonly queues: OpenQueues;
  /** Replicas that must have a batch before it counts as added. */
  readonly waitReplicas: number;
}

/**
 * Sends jobs, in batches of one lane each, to a Redis that is durable, and then waits for its replicas if asked
 * to: once for all of them. Never rejects: what keeps all of them from being added is the fate of each.
 *
 * @param deadlineAt on the clock of performance.now(); nothing is sent after it
 * @returns the fates in the order of the batches and of the jobs in them
 */
export async function sendBatches(
  batches: readonly (readonly CheckedJob[])[],
  deadlineAt: number,
  options: SendOptions,
): Promise<BatchFates> {
  try {
    await options.gate.pass();
    if (performance.now() >= deadlineAt) throw notSent();
    const fates = await Promise.all(batches.map((batch) => sendBatch(batch, options)));
    await replicate(deadlineAt, options);
    return fates.flat();
  } catch (error) {
    const failure = toQueueError(error);
    return batches.flat().map(() => failure);
  }
}

async function sendBatch(batch: readonly CheckedJob[], { queues }: SendOptions): Promise<BatchFates> {
  const [first] = batch;
  return first === undefined ? [] : addBatch(queues.get(first.queue, first.lane), batch);
}

/** WAIT counts the replicas that have everything this connection wrote before, and blocks it meanwhile. */
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

/** Certainly not there. */
export function notSent(): AppError {
  return unavailable('the deadline passed before the job could be sent');
}

/** QUEUE_UNAVAILABLE, which is transient, with a message of one's own. */
export function unavailable(message: string, cause?: unknown): AppError {
  return new AppError('QUEUE_UNAVAILABLE', { message, cause });
}

/** Whatever a connection throws means the same here: whether the job is there is not known. */
function toQueueError(error: unknown): AppError {
  return error instanceof AppError ? error : unavailable(toAppError(error).message, error);
}
