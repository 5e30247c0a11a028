import type { Clock } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { Producer } from '@huidiao/queue';
import { type Store, toMessageJob } from '@huidiao/store';

export interface AddDueMessagesDeps {
  readonly store: Pick<Store, 'messages'>;
  readonly producer: Pick<Producer, 'add' | 'isReady'>;
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly limit: number;
}

/**
 * One round: adds the jobs of messages that somebody asked for and whose time has come, the scheduled ones for the first
 * time. The same id of the same round in the same lane again, so a job that is still waiting, delayed or being worked
 * on is left as it is. A second replica claims other messages, as with effects.
 *
 * @returns how many jobs Redis took.
 * @throws AppError STORE_UNAVAILABLE, QUEUE_UNAVAILABLE, or what kept Redis from taking any of them.
 */
export async function addDueMessages(deps: AddDueMessagesDeps): Promise<number> {
  const { store, producer, clock, leaseMs, limit } = deps;
  if (!producer.isReady()) throw new AppError('QUEUE_UNAVAILABLE');
  const due = await store.messages.claimDue({ now: clock.now(), leaseMs, limit });
  const adds = await Promise.allSettled(due.map((message) => producer.add(toMessageJob(message))));
  const refused = adds.find((add) => add.status === 'rejected');
  const taken = adds.filter((add) => add.status === 'fulfilled').length;
  if (taken === 0 && refused !== undefined) throw refused.reason;
  return taken;
}
