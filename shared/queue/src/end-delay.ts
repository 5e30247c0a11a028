import type { OpenQueue } from './open-queue.ts';
import { unavailable } from './send-batches.ts';

/** BullMQ's code for a job that is not delayed: it runs, waits for its turn already, has ended, or is gone. */
const notDelayed = -3;

/**
 * Lets a delayed job run as soon as a worker has a slot.
 *
 * @returns whether it was delayed
 * @throws AppError QUEUE_UNAVAILABLE
 */
export async function endDelay(queue: OpenQueue, jobId: string): Promise<boolean> {
  try {
    await queue.getBackend().promote(jobId);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === notDelayed) return false;
    throw unavailable('Redis did not end the wait of a job', error);
  }
}
