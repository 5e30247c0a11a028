import { type JobName, type QueueName, queueNames } from '@huidiao/contracts';
import { type AppError, toAppError } from '@huidiao/errors';
import { closeRedis, type Logger, type Metrics } from '@huidiao/runtime';
import { createDurabilityGate } from './durability-gate.ts';
import type { Durability } from './judge-durability.ts';
import { type CheckedJob, checkNewJob, type NewJob } from './new-job.ts';
import { type OpenQueue, openQueue } from './open-queue.ts';
import { createProducerConnection } from './producer-connection.ts';
import { sendBatch, tooLate, unavailable } from './send-batch.ts';
import { toBatches } from './to-batches.ts';
import { within } from './within.ts';

/** Adds jobs. */
export interface Producer {
  /**
   * Resolves once Redis has the job durably, or had it before under the same id. Adds made in one turn of the
   * event loop share a pipeline, and each is answered by its own job's fate.
   *
   * Rejects with `JOB_INVALID` (this job can never be added), `QUEUE_NOT_DURABLE` (nothing was sent) or
   * `QUEUE_UNAVAILABLE`. The last is ambiguous after a time-out: the job may be there. Add it again under the
   * same id.
   */
  add<N extends JobName>(job: NewJob<N>): Promise<void>;
  /** Whether Redis is connected and was seen to be durable. */
  isReady(): boolean;
  /** Lets what is under way end, which its deadline bounds, and closes the connection. */
  close(): Promise<void>;
}

export interface ProducerOptions {
  readonly redis: { readonly url: string };
  /** Begins every key. */
  readonly prefix: string;
  readonly durability: Durability;
  /** Replicas that must have a job before its add resolves. */
  readonly waitReplicas: number;
  /** From the add to its answer, in milliseconds; default 700. */
  readonly deadlineMs?: number;
  /** Jobs that may be under way at once; beyond it an add is turned away. Default 10,000. */
  readonly maxJobsUnderWay?: number;
  /** The same in bytes of JSON; default 64 MB. */
  readonly maxBytesUnderWay?: number;
  /** How often a wrong setting of Redis may be looked at again by adds, in milliseconds; default 1,000. */
  readonly leastRecheckMs?: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

interface PendingJob extends CheckedJob {
  readonly settle: (failure: AppError | undefined) => void;
}

/**
 * A producer that connects by itself and never waits for Redis to be there: while it is away, adds are turned
 * away at once.
 */
export function createProducer(options: ProducerOptions): Producer {
  const { deadlineMs = 700, logger, metrics } = options;
  const redis = createProducerConnection(options.redis.url, deadlineMs, logger);
  const gate = createDurabilityGate({ ...options, redis });
  const queues = new Map(
    queueNames.map((name): [QueueName, OpenQueue] => [name, openQueue(name, redis, options.prefix, logger)]),
  );
  const sending = { redis, gate, queues, waitReplicas: options.waitReplicas };
  const room = createRoom(options);
  const count = createCounts(metrics);
  const underWay = new Set<Promise<void>>();
  let turn: PendingJob[] = [];
  let closing: Promise<void> | undefined;

  async function deliver(batch: readonly PendingJob[], deadlineAt: number): Promise<void> {
    const sent = sendBatch(batch, deadlineAt, sending).finally(() => room.give(batch));
    const fates = await within(sent, deadlineAt - performance.now());
    for (const [index, job] of batch.entries()) job.settle(fates === undefined ? tooLate() : fates[index]);
  }

  function flush(deadlineAt: number): void {
    const jobs = turn;
    turn = [];
    for (const batch of toBatches(jobs)) {
      const delivery = deliver(batch, deadlineAt).finally(() => underWay.delete(delivery));
      underWay.add(delivery);
    }
  }

  function enqueue(job: CheckedJob): Promise<void> {
    if (closing) throw unavailable('the producer is closed');
    if (!room.take(job)) throw unavailable('too many jobs wait for Redis');
    if (turn.length === 0) setImmediate(flush, performance.now() + deadlineMs);
    return new Promise((resolve, reject) => {
      turn.push({ ...job, settle: (failure) => (failure === undefined ? resolve() : reject(failure)) });
    });
  }

  return {
    add: (job) => count(job.name, async () => enqueue(checkNewJob(job))),
    isReady: () => closing === undefined && gate.isOpen(),
    close() {
      closing ??= (async () => {
        if (turn.length > 0) await new Promise((resolve) => setImmediate(resolve));
        await Promise.all(underWay);
        gate.close();
        await Promise.all([...queues.values()].map((queue) => queue.close()));
        await closeRedis(redis);
      })();
      return closing;
    },
  };
}

/** Bounds what waits for Redis, so that a Redis that is slow or silent cannot fill this process's memory. */
function createRoom({ maxJobsUnderWay = 10_000, maxBytesUnderWay = 64_000_000 }: ProducerOptions) {
  let jobs = 0;
  let bytes = 0;
  return {
    take(job: CheckedJob): boolean {
      if (jobs >= maxJobsUnderWay || (jobs > 0 && bytes + job.bytes > maxBytesUnderWay)) return false;
      jobs += 1;
      bytes += job.bytes;
      return true;
    },
    give(batch: readonly CheckedJob[]): void {
      jobs -= batch.length;
      for (const job of batch) bytes -= job.bytes;
    },
  };
}

function createCounts(metrics: Metrics) {
  const adds = metrics.counter({
    name: 'huidiao_job_adds_total',
    help: 'Jobs given to the producer, by what became of them.',
    labelNames: ['job', 'outcome'],
  });
  const duration = metrics.histogram({
    name: 'huidiao_job_add_duration_seconds',
    help: 'From the add of a job to its answer.',
    labelNames: ['job'],
  });
  return async (job: string, add: () => Promise<void>): Promise<void> => {
    const stop = duration.startTimer({ job });
    try {
      await add();
      adds.inc({ job, outcome: 'added' });
    } catch (error) {
      adds.inc({ job, outcome: toAppError(error).code });
      throw error;
    } finally {
      stop();
    }
  };
}
