import { toBaseJobId } from '@huidiao/contracts';
import { AppError, toAppError } from '@huidiao/errors';
import type { NewJob, Producer } from '@huidiao/queue';
import type { Store, WaitingJobRow } from '@huidiao/store';
import { type BuryDeps, bury } from './to-dead-letter.ts';

export interface FeedWaitingJobsDeps extends BuryDeps {
  readonly store: Pick<Store, 'waitingJobs'>;
  readonly producer: Pick<Producer, 'add' | 'isReady'>;
  /** The most jobs at once. */
  readonly limit: number;
}

/** A lost Redis may have had hundreds of thousands; more in one round would hold up fresh ones of the same lane. */
const mostBatches = 10;

/**
 * One round: adds the jobs that have waited for their order for long, under the id and in the lane in which they wait, so
 * that only one that Redis has lost is added at all. A row stays until its job has a result; one whose job no queue takes
 * becomes a dead letter, which is one. Goes on while batches are full, ten times at most.
 *
 * @returns how many rows were seen to.
 * @throws AppError STORE_UNAVAILABLE, QUEUE_UNAVAILABLE, or what kept all of the first batch from being added.
 */
export async function feedWaitingJobs(deps: FeedWaitingJobsDeps): Promise<number> {
  let fed = 0;
  for (let batch = 0; batch < mostBatches; batch += 1) {
    const one = await feedBatch(deps);
    fed += one.fed;
    if (one.fed === 0 && fed === 0 && one.failure !== undefined) throw one.failure;
    if (one.fed < deps.limit) return fed;
  }
  return fed;
}

async function feedBatch(deps: FeedWaitingJobsDeps) {
  const { store, producer, clock, limit } = deps;
  if (!producer.isReady()) throw new AppError('QUEUE_UNAVAILABLE');
  const rows = await store.waitingJobs.claim({ now: clock.now(), limit });
  const feeds = await Promise.allSettled(rows.map((row) => feed(deps, row)));
  const failed = feeds.find((one) => one.status === 'rejected');
  const fed = feeds.filter((one) => one.status === 'fulfilled').length;
  return { fed, failure: failed?.reason as unknown };
}

async function feed(deps: FeedWaitingJobsDeps, row: WaitingJobRow): Promise<void> {
  const { store, producer } = deps;
  const { name, id, data, lane } = row;
  try {
    // What is in it is for the producer to check, against the catalogue as it is now.
    await producer.add({ name, id, data, lane } as NewJob);
  } catch (error) {
    const failure = toAppError(error);
    if (failure.code !== 'JOB_INVALID') throw failure;
    await bury(deps, { ...row, id: toBaseJobId(id) }, failure);
    await store.waitingJobs.remove(id);
  }
}
