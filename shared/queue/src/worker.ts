import {
  type Clock,
  type DeadLetterSink,
  type Lane,
  lanes,
  type QueueName,
  systemClock,
} from '@huidiao/contracts';
import type { AppError } from '@huidiao/errors';
import type { Logger, Metrics } from '@huidiao/runtime';
import type { JobHandlers } from './job-handler.ts';
import { createLaneWorker } from './lane-worker.ts';

/** Works the jobs of one queue: those of its live lane and, with fewer slots, those of its bulk lane. */
export interface QueueWorker {
  /** Whether both lanes are connected and take jobs. */
  isReady(): boolean;
  /**
   * Takes no more jobs and waits for those under way. In the last fifth of the deadline, at most 2 s, their
   * signals are aborted, and those that stop go back to the queue. Resolves by the deadline even if Redis is
   * away; a job that was cut off is found by another worker once its lock has run out (30 to 60 s).
   */
  close(deadlineMs: number): Promise<void>;
}

export interface QueueWorkerOptions<Q extends QueueName> {
  readonly queue: Q;
  readonly handlers: JobHandlers<Q>;
  readonly redis: { readonly url: string };
  readonly prefix: string;
  /** Jobs that run at once in this process, in both lanes together; see `toSlots`. */
  readonly concurrency: number;
  readonly deadLetters: DeadLetterSink;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock?: Clock;
  /** For jitter: from 0 up to 1. */
  readonly random?: () => number;
  /**
   * Called when a lane fetches nothing for `stuckAfterMs` although jobs wait and it has a free slot, and for as
   * long again after its connection was renewed. End the process: its jobs are left to others. Default: a line.
   */
  readonly onStuck?: (reason: AppError) => void;
  /** Default 30 s. */
  readonly stuckAfterMs?: number;
  /** For tests; 30 s is what production runs with. */
  readonly lockMs?: number;
}

/** Starts to work at once, or as soon as Redis is there. */
export function createQueueWorker<Q extends QueueName>(options: QueueWorkerOptions<Q>): QueueWorker {
  const { clock = systemClock, random = Math.random } = options;
  const slots = toSlots(options.concurrency);
  const workers = lanes.map((lane) =>
    createLaneWorker({ ...options, clock, random, lane, concurrency: slots[lane] }),
  );
  return {
    isReady: () => workers.every((worker) => worker.isReady()),
    async close(deadlineMs) {
      await Promise.all(workers.map((worker) => worker.close(deadlineMs)));
    },
  };
}

/**
 * How many of its jobs each lane may run at once: 4 to 1. Neither lane is ever without a slot, so that a
 * concurrency of 1 runs two jobs.
 */
export function toSlots(concurrency: number): Readonly<Record<Lane, number>> {
  const bulk = Math.max(1, Math.floor(concurrency / 5));
  return { live: Math.max(1, concurrency - bulk), bulk };
}
