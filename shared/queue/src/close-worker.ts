import type { QueueName } from '@huidiao/contracts';
import { closeRedis, type Logger } from '@huidiao/runtime';
import type { OpenWorker } from './open-queue.ts';
import type { RunningHandlers } from './running-handlers.ts';
import { watchAnswers } from './watch-answers.ts';
import { within } from './within.ts';
import type { WorkerConnections } from './worker-connections.ts';

/** One lane's worker with all that must end before or after it. */
export interface ClosingWorker {
  readonly worker: OpenWorker;
  readonly connections: WorkerConnections;
  readonly running: RunningHandlers;
  readonly queue: QueueName;
  readonly logger: Logger;
}

/** How long handlers have to stop once their signal is aborted. */
const longestGraceMs = 2_000;

/** How long Redis may owe an answer before it counts as away; as long as on our other connections. */
const longestSilenceMs = 3_000;

/**
 * Closes within the deadline. BullMQ's own close never resolves while Redis is down
 * (https://github.com/taskforcesh/bullmq/issues/4656), so it is not waited for once there is nothing left that
 * it could do, nor beyond the deadline.
 */
export async function closeWorker(closing: ClosingWorker, deadlineMs: number): Promise<void> {
  const { worker, connections, running, queue, logger } = closing;
  const graceMs = Math.min(longestGraceMs, deadlineMs / 5);
  const hopeless = whenHopeless(closing, Math.min(longestSilenceMs, deadlineMs / 4));
  // Not before BullMQ has begun with it: a beginning that fails makes its close wait for no job.
  worker.getBackend().blockingClient?.then(connections.endLostBlocking, () => undefined);
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
  if (how === 'closed') return closeRedis(connections.redis);

  logger.warn({ event: 'worker.cut_off', queue, jobs: running.size }, 'worker.cut_off');
  connections.end();
}

/** Without an answer of Redis and with no handler running, nothing that a worker waits for can still come. */
function whenHopeless({ connections: { redis }, running }: ClosingWorker, silenceMs: number) {
  let tell: (reached: 'hopeless') => void = () => undefined;
  const reached = new Promise<'hopeless'>((resolve) => {
    tell = resolve;
  });
  const look = (): void => {
    if (running.size === 0 && (redis.status !== 'ready' || answers.silent)) tell('hopeless');
  };
  const answers = watchAnswers(redis, silenceMs, () => look());
  redis.on('close', look);
  const forgetIdle = running.onIdle(look);
  look();
  const forget = (): void => {
    redis.off('close', look);
    forgetIdle();
    answers.stop();
  };
  return { reached, forget };
}
