import {
  type AroundPorts,
  asTheyAre,
  type Clock,
  type DeadLetterSink,
  type Merchant,
} from '@huidiao/contracts';
import type { FailedJobSweeper, Producer, RedisEpoch } from '@huidiao/queue';
import type { LiveDirectory, Logger } from '@huidiao/runtime';
import type { Store } from '@huidiao/store';
import type { PayClient, ShippingManagement } from '@huidiao/wechat';
import type { BillMetrics } from './bills/bill-metrics.ts';
import { createCheckBills } from './bills/check-bills.ts';
import type { ReconcilerConfig } from './config.ts';
import { pause } from './dead-letters/pause.ts';
import { addDueEffects } from './loops/add-due-effects.ts';
import { addDueMessages } from './loops/add-due-messages.ts';
import { feedInbox } from './loops/feed-inbox.ts';
import { feedWaitingJobs } from './loops/feed-waiting-jobs.ts';
import { followDecisions } from './loops/follow-decisions.ts';
import { createQueryOpenOrders } from './loops/query-open-orders.ts';
import { type Loop, type LoopOptions, runLoop } from './loops/run-loop.ts';
import { runMerchantLoops } from './loops/run-merchant-loops.ts';
import { createWatchRedisEpoch } from './loops/watch-redis-epoch.ts';
import type { ReconcilerMetrics } from './reconciler-metrics.ts';
import { type FrozenGauges, watchFrozenOrders } from './shipping/watch-frozen-orders.ts';

/** All that the rounds of the reconciler need between them. */
export interface LoopDeps {
  readonly config: ReconcilerConfig;
  readonly store: Store;
  readonly producer: Producer;
  readonly deadLetters: DeadLetterSink;
  readonly sweeper: Pick<FailedJobSweeper, 'sweep'>;
  readonly redisEpoch: Pick<RedisEpoch, 'read' | 'begin'>;
  readonly directory: LiveDirectory;
  /** A merchant's client of WeChat Pay. */
  readonly clientOf: (merchant: Merchant) => PayClient;
  readonly management: ShippingManagement;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: ReconcilerMetrics;
  readonly billMetrics: BillMetrics;
  readonly frozenGauges: FrozenGauges;
  /** Aborted when the process drains. */
  readonly signal: AbortSignal;
}

type LoopRow = Pick<LoopOptions, 'name' | 'intervalMs' | 'limit' | 'round' | 'fields'>;

/** What the loops have in common. */
export type SharedLoopOptions = Omit<LoopOptions, keyof LoopRow> & {
  /** For tests; see AroundPorts. */
  readonly around?: AroundPorts;
};

/** However much a round did, none follows it at once. */
const neverAtOnce = Number.POSITIVE_INFINITY;

/** Begins all loops of the reconciler: one of each kind, and those of each merchant. */
export function startLoops(
  deps: LoopDeps,
  { around = asTheyAre, ...shared }: SharedLoopOptions,
): readonly Loop[] {
  const start = (row: LoopRow): Loop => {
    const [loop = row] = around({ loops: [row] }).loops;
    return runLoop({ ...loop, ...shared });
  };
  const forAll = toRows(deps).map(start);
  const forEachMerchant = [toQueryRow, toBillRow].map((toRow) =>
    runMerchantLoops(deps.directory, (merchant) => start(toRow(deps, merchant))),
  );
  return [...forAll, ...forEachMerchant];
}

function toRows(deps: LoopDeps): readonly LoopRow[] {
  const { effects, inbox, epoch, sweep, shipping } = deps.config;
  return [
    { name: 'due-effects', ...effects, round: () => addDueEffects({ ...deps, ...effects }) },
    { name: 'due-messages', ...effects, round: () => addDueMessages({ ...deps, ...effects }) },
    { name: 'decisions', ...effects, round: () => followDecisions({ ...deps, ...effects }) },
    { name: 'inbox', ...inbox, round: () => feedInbox({ ...deps, ...inbox }) },
    // Into the live lane too: none of its rounds, which are bounded, goes on at once, so that they hold up nobody for long.
    {
      name: 'waiting-jobs',
      intervalMs: sweep.intervalMs,
      limit: neverAtOnce,
      round: () => feedWaitingJobs({ ...deps, limit: sweep.limit }),
    },
    // A round that swept anything has left some, or at least does not know.
    { name: 'redis-epoch', ...epoch, limit: 1, round: createWatchRedisEpoch({ ...deps, ...epoch }) },
    { name: 'frozen-orders', ...shipping, round: () => watchFrozenOrders(toFrozenDeps(deps)) },
    { name: 'failed-jobs', ...sweep, round: async () => (await deps.sweeper.sweep(sweep.limit)).swept },
  ];
}

function toFrozenDeps(deps: LoopDeps) {
  const { config, directory, frozenGauges } = deps;
  return { ...deps, ...config.shipping, apps: directory.apps, gauges: frozenGauges };
}

/**
 * A loop for each merchant, so that one whose answers take long holds up no other. Its rate is used up by one round for
 * each second.
 */
function toQueryRow(deps: LoopDeps, merchant: Merchant): LoopRow {
  const { queries } = deps.config;
  const queried = { merchant, client: deps.clientOf(merchant) };
  return {
    name: 'open-orders',
    fields: { mchId: merchant.mchId },
    ...queries,
    limit: neverAtOnce,
    round: createQueryOpenOrders({ ...deps, ...queries }, queried),
  };
}

/** Likewise, for a long bill takes minutes; a round goes on until no day is due. */
function toBillRow(deps: LoopDeps, merchant: Merchant): LoopRow {
  const { bills } = deps.config;
  const checked = { merchant, client: deps.clientOf(merchant) };
  return {
    name: 'bills',
    fields: { mchId: merchant.mchId },
    intervalMs: bills.intervalMs,
    limit: neverAtOnce,
    round: createCheckBills({ ...deps, ...bills, metrics: deps.billMetrics, pause }, checked),
  };
}
