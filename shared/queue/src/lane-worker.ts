import { completedJobRetention, type JobName, type QueueName } from '@huidiao/contracts';
import type { Logger } from '@huidiao/runtime';
import { Worker } from 'bullmq';
import { type AttemptOptions, createJobAttempts, unendedStartsLimit } from './attempt-job.ts';
import { closeWorker } from './close-worker.ts';
import { createDeadIds } from './dead-ids.ts';
import { toBackoffMs } from './decided-retry.ts';
import { type GuardOptions, guardWorker } from './guard-worker.ts';
import type { JobEnvelope } from './job-envelope.ts';
import type { OpenWorker } from './open-queue.ts';
import { paceRefusals } from './pace-refusals.ts';
import { toKeyPrefix, toLaneName } from './queue-keys.ts';
import { createRunningHandlers } from './running-handlers.ts';
import { createWorkerConnections } from './worker-connections.ts';

/** Works one lane of a queue; see QueueWorker. */
export interface LaneWorker {
  isReady(): boolean;
  close(deadlineMs: number): Promise<void>;
}

export interface LaneWorkerOptions<Q extends QueueName>
  extends Omit<AttemptOptions<Q>, 'deadIds' | 'running'>,
    Pick<GuardOptions, 'onStuck' | 'stuckAfterMs'> {
  readonly redis: { readonly url: string };
  readonly prefix: string;
  /** Jobs of this lane that run at once in this process. */
  readonly concurrency: number;
  readonly lockMs?: number;
}

/** A crash is noticed after one to two of these; renewed at half time while the event loop turns. */
const defaultLockMs = 30_000;

/** Before a fetch is tried again that failed: because the connection did, or because Redis refused it. */
const retryMs = 1_000;

/** On connections of its own: a lane that is cut off holds up no other. */
export function createLaneWorker<Q extends QueueName>(options: LaneWorkerOptions<Q>): LaneWorker {
  const { queue, lane, prefix } = options;
  const name = toLaneName(queue, lane);
  const connections = createWorkerConnections(options.redis.url, `worker:${name}`, options.logger);
  const { redis } = connections;
  const logger = options.logger.child({ lane });
  const running = createRunningHandlers();
  const deadIds = createDeadIds(redis, prefix, queue);
  const attempt = createJobAttempts({ ...options, logger, deadIds, running });
  let underWay = 0;
  const worker: OpenWorker = new Worker<JobEnvelope, void, JobName>(
    name,
    async (job, token) => {
      underWay += 1;
      await attempt(job, token ?? '').finally(() => {
        underWay -= 1;
      });
    },
    {
      connection: redis,
      prefix: toKeyPrefix(prefix, queue, lane),
      concurrency: options.concurrency,
      lockDuration: options.lockMs ?? defaultLockMs,
      stalledInterval: options.lockMs ?? defaultLockMs,
      // Above our own limit, which leaves a dead letter; BullMQ's fails the job without running any code.
      maxStalledCount: 2 * unendedStartsLimit,
      runRetryDelay: retryMs,
      removeOnComplete: completedJobRetention,
      settings: { backoffStrategy: toBackoffMs },
    },
  );
  watch(worker, queue, logger, (jobId) => running.abort('another worker has the job', jobId));
  const hasFreeSlot = () => underWay < options.concurrency;
  const refusals = paceRefusals(worker, retryMs);
  const watchdog = guardWorker({ worker, connections, refusals, hasFreeSlot }, { ...options, logger });

  let closing: Promise<void> | undefined;
  return {
    isReady: () => closing === undefined && redis.status === 'ready' && worker.isRunning(),
    close(deadlineMs) {
      watchdog.stop();
      refusals.end();
      closing ??= closeWorker({ worker, connections, running, queue, logger }, deadlineMs);
      return closing;
    },
  };
}

function watch(
  worker: OpenWorker,
  queue: QueueName,
  logger: Logger,
  onLockLost: (jobId: string) => void,
): void {
  worker.on('error', (err) => {
    // The connection reports its own outages, once each.
    const level = 'code' in err && typeof err.code === 'string' ? 'debug' : 'warn';
    logger[level]({ event: 'worker.error', queue, err }, 'worker.error');
  });
  worker.on('stalled', (jobId) => logger.warn({ event: 'job.stalled', queue, jobId }, 'job.stalled'));
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const jobId of jobIds) onLockLost(jobId);
  });
}
