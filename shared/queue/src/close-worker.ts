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
  cutOff(worker, redis);
}

/** Makes everything fail that still waits for Redis, so that BullMQ's loops come to their end and its timers with them. */
function cutOff(worker: OpenWorker, redis: Redis): void {
  const backend = worker.getBackend();
  endConnection(redis);
  // Pending for ever if Redis was never there; then there is no loop to end either.
  backend.blockingClient?.then(endConnection).catch(() => undefined);
  backend.close(true).catch(() => undefined);
}

interface Connection {
  readonly status: string;
  connect(): Promise<void>;
  disconnect(): void;
}

/**
 * ioredis's disconnect, called between two attempts to connect, only stops its timer: what is queued then waits
 * for ever. Of a connection that is being made it lets go as it should, failing all that is queued.
 */
function endConnection(client: Connection): void {
  client.disconnect();
  if (client.status !== 'reconnecting') return;
  client.connect().catch(() => undefined);
  client.disconnect();
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
