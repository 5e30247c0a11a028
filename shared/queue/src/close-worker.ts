import type { QueueName } from '@huidiao/contracts';
import { closeRedis, type Logger } from '@huidiao/runtime';
import type { Redis } from 'ioredis';
import type { OpenWorker } from './open-queue.ts';
import type { RunningHandlers } from './running-handlers.ts';
import { within } from './within.ts';

export interface ClosingWorker {
  readonly worker: OpenWorker;
  readonly redis: Redis;
  readonly running: RunningHandlers;
  readonly queue: QueueName;
  readonly logger: Logger;
}

/** How long handlers have to stop once their signal is aborted. */
const longestGraceMs = 2_000;

/**
 * Closes within the deadline. BullMQ's own close never resolves while Redis is down
 * (https://github.com/taskforcesh/bullmq/issues/4656), so it is not waited for once there is nothing left that
 * it could do, nor beyond the deadline.
 */
export async function closeWorker(closing: ClosingWorker, deadlineMs: number): Promise<void> {
  const { worker, redis, running, queue, logger } = closing;
  const graceMs = Math.min(longestGraceMs, deadlineMs / 5);
  const hopeless = whenHopeless(redis, running);
  const closed = worker.close().then(
    () => 'closed' as const,
    () => 'failed' as const,
  );
  const ended = Promise.race([closed, hopeless.reached]);

  let how = await within(ended, deadlineMs - graceMs);
  if (how === undefined) {
    running.abort('the worker is closing');
    how = await within(ended, graceMs);
  }
  hopeless.forget();
  if (how === 'closed') return closeRedis(redis);

  logger.warn({ event: 'worker.cut_off', queue, jobs: running.size }, 'worker.cut_off');
  // Not awaited: they wait for an end of the connection that may never be told.
  worker
    .getBackend()
    .close(true)
    .catch(() => undefined);
  redis.disconnect();
}

/** Without Redis and with no handler running, nothing that a worker waits for can still come. */
function whenHopeless(redis: Redis, running: RunningHandlers) {
  let tell: (reached: 'hopeless') => void = () => undefined;
  const reached = new Promise<'hopeless'>((resolve) => {
    tell = resolve;
  });
  const look = (): void => {
    if (running.size === 0 && redis.status !== 'ready') tell('hopeless');
  };
  redis.on('close', look);
  const forgetIdle = running.onIdle(look);
  look();
  const forget = (): void => {
    redis.off('close', look);
    forgetIdle();
  };
  return { reached, forget };
}
