import { defaultLane, type JobName } from '@huidiao/contracts';
import { type AppError, toAppError } from '@huidiao/errors';
import { closeRedis, type Logger, type Metrics } from '@huidiao/runtime';
import { createDurabilityGate } from './durability-gate.ts';
import { endDelay } from './end-delay.ts';
import type { Durability } from './judge-durability.ts';
import { type CheckedJob, checkNewJob, type NewJob } from './new-job.ts';
import { createOpenQueues } from './open-queues.ts';
import { createProducerConnection } from './producer-connection.ts';
import { notSent, sendBatches, tooLate, unavailable } from './send-batches.ts';
import { toBatches } from './to-batches.ts';
import { within } from './within.ts';

/** Adds jobs. */
export interface Producer {
  /**
   * Resolves once Redis has the job durably, or had it before under the same id. Adds made in one turn of the
   * event loop share a pipeline, and each is answered by its own job's fate. Where replicas are waited for, adds
   * made during that wait share the next pipeline.
   *
   * Rejects with `JOB_INVALID` (this job can never be added), `QUEUE_NOT_DURABLE` (nothing was sent) or
   * `QUEUE_UNAVAILABLE`. The last is ambiguous after a time-out: the job may be there. Add it again under the
   * same id.
   */
  add<N extends JobName>(job: NewJob<N>): Promise<void>;
  /**
   * The same, and one that was there and waits for its time need not wait any longer. One that runs at this moment
   * is left as it is, and so is its pause after that.
   *
   * Rejects as `add` does; the job may be there then, with its wait.
   */
  addNow<N extends JobName>(job: NewJob<N>): Promise<void>;
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
  /** How old what Redis said of its settings may become, in milliseconds; default 1,000. */
  readonly recheckMs?: number;
  /** How often a Redis that is not durable is looked at again, in milliseconds; default 1,000. */
  readonly leastRecheckMs?: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

interface PendingJob extends CheckedJob {
  /** On the clock of performance.now(). */
  readonly deadlineAt: number;
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
  const queues = createOpenQueues({ redis, prefix: options.prefix, logger });
  const sending = { redis, gate, queues, waitReplicas: options.waitReplicas };
  const room = createRoom(options);
  const count = createCounts(metrics);
  // WAIT blocks its connection, so that a second flight would stand in line behind the first, and a third behind
  // that, until each is late. Instead, what comes during a flight travels with the next one.
  const oneFlight = options.waitReplicas > 0;
  const underWay = new Set<Promise<void>>();
  let waiting: PendingJob[] = [];
  let scheduled = false;
  let closing: Promise<void> | undefined;

  /** One flight. Its deadline is that of its oldest job, which comes first. */
  async function deliver(batches: readonly (readonly PendingJob[])[]): Promise<void> {
    const jobs = batches.flat();
    const deadlineAt = jobs[0]?.deadlineAt ?? 0;
    const sent = sendBatches(batches, deadlineAt, sending).finally(() => room.give(jobs));
    const fates = await within(sent, deadlineAt - performance.now());
    for (const [index, job] of jobs.entries()) job.settle(fates === undefined ? tooLate() : fates[index]);
  }

  function schedule(): void {
    if (scheduled || waiting.length === 0 || (oneFlight && underWay.size > 0)) return;
    scheduled = true;
    setImmediate(flush);
  }

  function flush(): void {
    scheduled = false;
    const batches = toBatches(takeWaiting());
    if (batches.length === 0) return;
    for (const flight of oneFlight ? [batches] : batches.map((batch) => [batch])) {
      const delivery = deliver(flight).finally(() => {
        underWay.delete(delivery);
        schedule();
      });
      underWay.add(delivery);
    }
  }

  /** All that wait, but for those that are late, which would make the others of their flight late. */
  function takeWaiting(): PendingJob[] {
    const now = performance.now();
    const late = waiting.filter((job) => job.deadlineAt <= now);
    const inTime = waiting.filter((job) => job.deadlineAt > now);
    waiting = [];
    room.give(late);
    for (const job of late) job.settle(notSent());
    return inTime;
  }

  function enqueue(job: CheckedJob): Promise<void> {
    if (closing) throw unavailable('the producer is closed');
    if (!room.take(job)) throw unavailable('too many jobs wait for Redis');
    return new Promise((resolve, reject) => {
      const settle = (failure: AppError | undefined) => (failure === undefined ? resolve() : reject(failure));
      waiting.push({ ...job, deadlineAt: performance.now() + deadlineMs, settle });
      schedule();
    });
  }

  async function drain(): Promise<void> {
    while (waiting.length > 0 || underWay.size > 0) {
      await Promise.all(underWay);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  const add: Producer['add'] = (job) => count(job, async () => enqueue(checkNewJob(job)));

  return {
    add,
    addNow: async (job) => {
      await add(job);
      const { queue, lane, id } = checkNewJob(job);
      const ended = await within(endDelay(queues.get(queue, lane), id), deadlineMs);
      if (ended === undefined) throw tooLate();
    },
    isReady: () => closing === undefined && gate.isOpen(),
    close() {
      closing ??= (async () => {
        await drain();
        gate.close();
        await queues.close();
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
    labelNames: ['job', 'lane', 'outcome'],
  });
  const duration = metrics.histogram({
    name: 'huidiao_job_add_duration_seconds',
    help: 'From the add of a job to its answer.',
    labelNames: ['job', 'lane'],
  });
  return async (added: Pick<NewJob, 'name' | 'lane'>, add: () => Promise<void>): Promise<void> => {
    const labels = { job: added.name, lane: added.lane ?? defaultLane };
    const stop = duration.startTimer(labels);
    try {
      await add();
      adds.inc({ ...labels, outcome: 'added' });
    } catch (error) {
      adds.inc({ ...labels, outcome: toAppError(error).code });
      throw error;
    } finally {
      stop();
    }
  };
}
