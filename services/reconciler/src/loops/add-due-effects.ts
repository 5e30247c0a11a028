import type { Clock } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { Producer } from '@huidiao/queue';
import { type OrderEffects, toEffectJob } from '@huidiao/store';

export interface AddDueEffectsDeps {
  readonly store: { readonly orders: Pick<OrderEffects, 'claimDueEffects'> };
  readonly producer: Pick<Producer, 'add' | 'isReady'>;
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly limit: number;
}

/**
 * One round: adds the jobs of effects whose result is not recorded although their time has come. The same id of the
 * same round in the same lane again, so a job that is still waiting, delayed or being worked on is left as it is.
 *
 * Claiming moves the effect's time on, which is the lease: a second replica claims other effects, and one whose
 * job could not be added comes again after the lease. Therefore nothing is claimed while Redis is away: after an
 * outage all that is due goes out at once, not a lease later.
 *
 * @returns how many jobs Redis took.
 * @throws AppError STORE_UNAVAILABLE, QUEUE_UNAVAILABLE, or what kept Redis from taking any of them.
 */
export async function addDueEffects(deps: AddDueEffectsDeps): Promise<number> {
  const { store, producer, clock, leaseMs, limit } = deps;
  if (!producer.isReady()) throw new AppError('QUEUE_UNAVAILABLE');
  const due = await store.orders.claimDueEffects({ now: clock.now(), leaseMs, limit });
  const adds = await Promise.allSettled(
    due.map(({ order, effect }) => producer.add(toEffectJob(order, effect))),
  );
  const refused = adds.find((add) => add.status === 'rejected');
  const taken = adds.filter((add) => add.status === 'fulfilled').length;
  if (taken === 0 && refused !== undefined) throw refused.reason;
  return taken;
}
