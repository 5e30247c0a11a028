import { AppError, toAppError } from '@huidiao/errors';
import type { NewJob, Producer } from '@huidiao/queue';
import type { InboxRow, Store } from '@huidiao/store';
import { type BuryDeps, bury } from './to-dead-letter.ts';

export interface FeedInboxDeps extends BuryDeps {
  readonly store: Pick<Store, 'inbox'>;
  readonly producer: Pick<Producer, 'add' | 'isReady'>;
  readonly leaseMs: number;
  readonly limit: number;
}

/**
 * One round: adds the jobs of callbacks that were acknowledged while Redis was away, in the bulk lane, under the id
 * that their re-sends have too. A row goes when its job is durable in Redis, so a process that dies in between adds
 * it twice under one id. A job that can never be added becomes a dead letter.
 *
 * @returns how many rows left the inbox.
 * @throws AppError STORE_UNAVAILABLE, QUEUE_UNAVAILABLE, or what kept all of them from leaving.
 */
export async function feedInbox(deps: FeedInboxDeps): Promise<number> {
  const { store, producer, clock, leaseMs, limit } = deps;
  if (!producer.isReady()) throw new AppError('QUEUE_UNAVAILABLE');
  const rows = await store.inbox.claim({ now: clock.now(), leaseMs, limit });
  const feeds = await Promise.allSettled(rows.map((row) => feed(deps, row)));
  const failed = feeds.find((one) => one.status === 'rejected');
  const fed = feeds.filter((one) => one.status === 'fulfilled').length;
  if (fed === 0 && failed !== undefined) throw failed.reason;
  return fed;
}

async function feed(deps: FeedInboxDeps, row: InboxRow): Promise<void> {
  const { store, producer } = deps;
  try {
    await producer.add(toNewJob(row));
  } catch (error) {
    const failure = toAppError(error);
    if (failure.code !== 'JOB_INVALID') throw failure;
    await bury(deps, row, failure);
  }
  await store.inbox.remove(row);
}

/** What is in it is for the producer to check, against the catalogue as it is now. */
function toNewJob({ name, id, data }: InboxRow): NewJob {
  return { name, id, data, lane: 'bulk' } as NewJob;
}
