import type { Clock } from '@huidiao/contracts';
import type { RedisEpoch } from '@huidiao/queue';
import type { Logger } from '@huidiao/runtime';
import type { OrderEffects, OrderQueries, Store } from '@huidiao/store';
import type { ReconcilerMetrics } from '../reconciler-metrics.ts';

type SweptOrders = Pick<OrderEffects, 'sweepEffects'> & Pick<OrderQueries, 'sweepOpenOrders'>;

export interface WatchRedisEpochDeps {
  readonly store: Pick<Store, 'epochs'> & { readonly orders: SweptOrders };
  readonly redisEpoch: Pick<RedisEpoch, 'read' | 'begin'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<ReconcilerMetrics, 'redisLost' | 'swept'>;
  /** The most orders of one round, of each of the two sweeps. */
  readonly limit: number;
}

/** The epoch that is being swept for, in this process. */
interface Sweep {
  readonly epoch: string;
  /** The round before reached all that was left. */
  reachedAll: boolean;
}

/**
 * Makes the round that notices that Redis was lost, with all jobs in it, and brings them back from MongoDB.
 *
 * Each Redis has an epoch, a random text that goes when its data go. MongoDB has the epoch for which everything was
 * swept; while the two differ, unfinished effects are made due now, in the bulk lane, and so are the queries of all
 * open orders. The other loops do the rest, each within its limits. Only when nothing is left to sweep the new epoch
 * is recorded, so a process that dies before that is followed by one that goes on. Nothing is left when a round found
 * nothing, or two in a row reached all there was: new orders come in all the time, and an order that changed under
 * the sweep is reached by the second.
 *
 * | epoch in Redis | in MongoDB | |
 * |---|---|---|
 * | A | A | nothing happened |
 * | none | A | Redis was emptied: a new epoch begins; sweep |
 * | B | A | another Redis, or another process has just begun a new epoch: sweep |
 * | any | none | nobody can tell whether a Redis was lost before: sweep, which on a new installation finds nothing |
 *
 * @returns a round, which gives how many orders it touched. It throws AppError STORE_UNAVAILABLE, QUEUE_UNAVAILABLE.
 */
export function createWatchRedisEpoch(deps: WatchRedisEpochDeps): () => Promise<number> {
  const { store, redisEpoch, limit } = deps;
  let sweep: Sweep | undefined;

  return async () => {
    const [inRedis, swept] = await Promise.all([redisEpoch.read(), store.epochs.read()]);
    if (inRedis !== undefined && inRedis === swept) {
      sweep = undefined;
      return 0;
    }
    const epoch = inRedis ?? (await redisEpoch.begin());
    if (sweep?.epoch !== epoch) sweep = begin(epoch, swept);
    const options = { epoch, now: deps.clock.now(), limit };
    const effects = await store.orders.sweepEffects(options);
    deps.metrics.swept('effects', effects);
    const openOrders = await store.orders.sweepOpenOrders(options);
    deps.metrics.swept('open_orders', openOrders);
    const touched = effects + openOrders;
    const reachesAll = effects < limit && openOrders < limit;
    if (touched === 0 || (reachesAll && sweep.reachedAll)) await store.epochs.record(epoch);
    sweep.reachedAll = reachesAll;
    return touched;
  };

  function begin(epoch: string, before: string | undefined): Sweep {
    const isLoss = before !== undefined;
    if (isLoss) deps.metrics.redisLost();
    const event = isLoss ? 'redis.lost' : 'redis.first_epoch';
    deps.logger[isLoss ? 'error' : 'info']({ event, epoch, before }, event);
    return { epoch, reachedAll: false };
  }
}
