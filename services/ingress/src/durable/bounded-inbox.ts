import { AppError, toAppError } from '@huidiao/errors';
import { checkNewJob } from '@huidiao/queue';
import type { Metrics } from '@huidiao/runtime';
import type { Store } from '@huidiao/store';
import type { CallbackJob } from '../callback/to-jobs.ts';

/** Keeps callbacks in MongoDB until Redis takes them again. */
export interface BoundedInbox {
  /**
   * Resolves once the row is durable, or was there before under the same id.
   * @throws AppError JOB_INVALID: the job can never be worked; STORE_UNAVAILABLE after `timeoutMs` at the latest,
   *   and at once when too much waits already. The row may be there nevertheless: put it again under the same id.
   */
  put(job: CallbackJob): Promise<void>;
}

export interface BoundedInboxOptions {
  readonly inbox: Pick<Store['inbox'], 'put'>;
  /** From the put to its answer. */
  readonly timeoutMs: number;
  /** Rows that MongoDB is given at once; default 40, so that of the pool's 50 connections some are left. */
  readonly maxUnderWay?: number;
  /** Jobs that may wait or be under way; beyond it a put is turned away. Default 2,000. */
  readonly maxJobs?: number;
  /** The same in bytes of JSON; default 64 MB. */
  readonly maxBytes?: number;
  readonly metrics: Metrics;
}

interface Put {
  readonly job: CallbackJob;
  readonly bytes: number;
  readonly settle: (failure?: AppError) => void;
}

/**
 * The inbox with a deadline and bounds: a MongoDB that is slow or silent must neither fill this process's memory
 * nor be given more and more at once.
 */
export function createBoundedInbox(options: BoundedInboxOptions): BoundedInbox {
  const { inbox, timeoutMs, maxUnderWay = 40, maxJobs = 2_000, maxBytes = 64_000_000 } = options;
  const waiting = new Set<Put>();
  let underWay = 0;
  let bytesHeld = 0;
  reportLoad(options.metrics, () => waiting.size + underWay);

  function take(bytes: number): boolean {
    const held = waiting.size + underWay;
    if (held >= maxJobs || (held > 0 && bytesHeld + bytes > maxBytes)) return false;
    bytesHeld += bytes;
    return true;
  }

  function begin(): void {
    for (const put of waiting) {
      if (underWay >= maxUnderWay) return;
      waiting.delete(put);
      void send(put);
    }
  }

  /** Holds its place until the store lets go, however long ago its callback was answered. */
  async function send(put: Put): Promise<void> {
    underWay += 1;
    const { id, name, data } = put.job;
    const failure = await Promise.resolve()
      .then(() => inbox.put({ id, name, data }))
      .then(() => undefined, toAppError);
    underWay -= 1;
    bytesHeld -= put.bytes;
    put.settle(failure);
    begin();
  }

  function giveUp(put: Put): void {
    if (waiting.delete(put)) bytesHeld -= put.bytes;
    put.settle(unavailable('no answer in time'));
  }

  return {
    async put(job) {
      const { bytes } = checkNewJob(job);
      if (!take(bytes)) throw unavailable('too many callbacks wait for MongoDB');
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => giveUp(put), timeoutMs);
        const put: Put = {
          job,
          bytes,
          settle: (failure) => {
            clearTimeout(timer);
            if (failure === undefined) resolve();
            else reject(failure);
          },
        };
        waiting.add(put);
        begin();
      });
    },
  };
}

function unavailable(reason: string): AppError {
  return new AppError('STORE_UNAVAILABLE', { details: { operation: 'inbox.put', reason } });
}

function reportLoad(metrics: Metrics, count: () => number): void {
  metrics.gauge({
    name: 'huidiao_inbox_puts',
    help: 'Callbacks that wait for MongoDB to take them into the inbox',
    collect() {
      this.set(count());
    },
  });
}
