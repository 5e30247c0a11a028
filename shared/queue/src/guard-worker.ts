import type { Lane, QueueName } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { Logger, Metrics } from '@huidiao/runtime';
import { countFetchable } from './count-fetchable.ts';
import type { OpenWorker } from './open-queue.ts';
import type { Refusals } from './pace-refusals.ts';
import { createWatchdog } from './watchdog.ts';
import type { WorkerConnections } from './worker-connections.ts';

export interface GuardOptions {
  readonly queue: QueueName;
  readonly lane: Lane;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Called with QUEUE_WORKER_STUCK: only a new process will work these jobs. Default: a line that says so. */
  readonly onStuck?: (reason: AppError) => void;
  /** Default 30 s, thrice the longest time for which BullMQ blocks on purpose. */
  readonly stuckAfterMs?: number;
}

/** The worker that is watched, and what shows whether it could fetch a job now. */
export interface GuardedWorker {
  readonly worker: OpenWorker;
  readonly connections: WorkerConnections;
  readonly refusals: Refusals;
  hasFreeSlot(): boolean;
}

const defaultStuckAfterMs = 30_000;

/** Sets a watchdog on the worker of one lane. Stop it before the worker is closed. */
export function guardWorker(guarded: GuardedWorker, options: GuardOptions): { stop(): void } {
  const { worker, connections, refusals } = guarded;
  const { queue, lane, logger, metrics, stuckAfterMs = defaultStuckAfterMs } = options;
  const onStuck =
    options.onStuck ?? ((err) => logger.error({ event: 'worker.stuck', queue, err }, 'worker.stuck'));
  const stuckTotal = metrics.counter({
    name: 'huidiao_worker_stuck_total',
    help: 'Times that a worker fetched nothing although jobs waited, by what was done about it.',
    labelNames: ['queue', 'lane', 'action'],
  });

  let fetched = 0;
  worker.on('active', () => {
    fetched += 1;
  });

  return createWatchdog(
    {
      // A loop that Redis refuses its jobs is not stuck: it says so by itself.
      countFetchable: async () =>
        refusals.isRefused() ? undefined : countFetchable(connections.redis, worker),
      fetched: () => fetched,
      hasFreeSlot: guarded.hasFreeSlot,
      renew(fetchable) {
        stuckTotal.inc({ queue, lane, action: 'renewed' });
        logger.warn({ event: 'worker.renewed', queue, fetchable, stuckAfterMs }, 'worker.renewed');
        // ioredis connects again and sends again what the old connection owed.
        connections.blocking?.disconnect(true);
      },
      giveUp(fetchable) {
        stuckTotal.inc({ queue, lane, action: 'gave_up' });
        onStuck(toReason(queue, lane, fetchable, stuckAfterMs));
      },
    },
    { stuckAfterMs },
  );
}

function toReason(queue: QueueName, lane: Lane, fetchable: number, stuckAfterMs: number): AppError {
  return new AppError('QUEUE_WORKER_STUCK', {
    message:
      `the worker of the ${lane} lane of ${queue} fetched none of ${fetchable} jobs in ` +
      `${(2 * stuckAfterMs) / 1_000} s, although its connection was renewed`,
    details: { queue, lane, fetchable },
  });
}
