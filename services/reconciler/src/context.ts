import {
  type AroundPorts,
  asTheyAre,
  type Clock,
  type Merchant,
  queueNames,
  systemClock,
} from '@huidiao/contracts';
import { createFailedJobSweeper, createProducer, createRedisEpoch, type Producer } from '@huidiao/queue';
import {
  createLifecycle,
  createLogger,
  createMetrics,
  type Lifecycle,
  type Logger,
  type Metrics,
  toLiveDirectory,
} from '@huidiao/runtime';
import { createStore, type Store, withResultsRecorded } from '@huidiao/store';
import {
  createPayClient,
  createPlatformKeyrings,
  createShippingManagement,
  openShippingClient,
  type PlatformKeyrings,
} from '@huidiao/wechat';
import { createBillMetrics } from './bills/bill-metrics.ts';
import { createCheckBills } from './bills/check-bills.ts';
import type { ReconcilerConfig } from './config.ts';
import { pause } from './dead-letters/pause.ts';
import { addDueEffects } from './loops/add-due-effects.ts';
import { addDueMessages } from './loops/add-due-messages.ts';
import { feedInbox } from './loops/feed-inbox.ts';
import { feedWaitingJobs } from './loops/feed-waiting-jobs.ts';
import { createQueryOpenOrders } from './loops/query-open-orders.ts';
import { type Loop, type LoopOptions, runLoop } from './loops/run-loop.ts';
import { runMerchantLoops } from './loops/run-merchant-loops.ts';
import { createWatchRedisEpoch } from './loops/watch-redis-epoch.ts';
import { createReconcilerMetrics } from './reconciler-metrics.ts';
import { createFrozenGauges } from './shipping/frozen-gauges.ts';
import { watchFrozenOrders } from './shipping/watch-frozen-orders.ts';

export interface ReconcilerContext {
  readonly config: ReconcilerConfig;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly lifecycle: Lifecycle;
  readonly store: Store;
  readonly producer: Producer;
  readonly keyrings: PlatformKeyrings;
  /** Begins its rounds. */
  work(): void;
}

export interface ReconcilerOverrides {
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly logger?: Logger;
  /** For tests; see AroundPorts. */
  readonly aroundPorts?: AroundPorts;
  /** Of one call to WeChat Pay. */
  readonly payTimeoutMs?: number;
}

/** Of one call to WeChat Pay: three of them end within half of the least lease. */
const payTimeoutMs = 5_000;

type LoopRow = Pick<LoopOptions, 'name' | 'intervalMs' | 'limit' | 'round' | 'fields'>;

/** The whole wiring of the reconciler. What it opens is released by its lifecycle, last in, first out. */
export function createContext(
  config: ReconcilerConfig,
  overrides: ReconcilerOverrides = {},
): ReconcilerContext {
  const clock = overrides.clock ?? systemClock;
  const random = overrides.random ?? Math.random;
  const logger = overrides.logger ?? createLogger({ service: 'reconciler', level: config.logLevel });
  const metrics = createMetrics({ service: 'reconciler' });
  const lifecycle = createLifecycle({ logger });
  const { signal } = lifecycle;
  const around = overrides.aroundPorts ?? asTheyAre;
  const redis = { url: config.redis.url };
  const { prefix } = config.redis;

  const store = createStore({ uri: config.mongo.uri, logger, metrics, clock });
  lifecycle.onRelease('store', () => store.close());
  const producer = createProducer({
    redis,
    prefix,
    durability: config.redis.appendfsync,
    waitReplicas: config.redis.waitReplicas,
    logger,
    metrics,
  });
  lifecycle.onRelease('producer', () => producer.close());
  const deadLetters = withResultsRecorded(around({ store }).store);
  const sweeper = createFailedJobSweeper({
    queues: queueNames,
    redis,
    prefix,
    ...around({ deadLetters }),
    logger,
    metrics,
    clock,
  });
  lifecycle.onRelease('sweeper', () => sweeper.close());
  const redisEpoch = createRedisEpoch({ redis, prefix, logger });
  lifecycle.onRelease('epoch', () => redisEpoch.close());

  const deps = around({
    store,
    producer,
    deadLetters,
    sweeper,
    redisEpoch,
    clock,
    logger,
    metrics: createReconcilerMetrics(metrics, store, clock),
    signal,
  });
  const { effects, inbox, queries, epoch, sweep, shipping, bills } = config;

  const directory = toLiveDirectory(config.directory);
  lifecycle.onRelease('directory', () => directory.close());
  const shippingClient = openShippingClient({
    name: 'reconciler',
    config,
    directory,
    lifecycle,
    clock,
    logger,
    metrics,
  });
  const management = createShippingManagement(shippingClient, clock);
  const frozenGauges = createFrozenGauges(metrics);
  // WeChat Pay compares the time in a request with its own, so this clock is never one of tests.
  const wechatPay = { baseUrl: config.wechatPayApiUrl, logger, metrics };
  const keyrings = createPlatformKeyrings({ ...wechatPay, directory });
  lifecycle.onRelease('keyrings', () => keyrings.close());
  const timeoutMs = overrides.payTimeoutMs ?? payTimeoutMs;
  const clientOf = directory.perObject({
    make: (merchant: Merchant) =>
      createPayClient({ ...wechatPay, merchant, keys: keyrings.of(merchant), timeoutMs }),
    release: (client) => client.close(),
  });

  const rows: readonly LoopRow[] = [
    { name: 'due-effects', ...effects, round: () => addDueEffects({ ...deps, ...effects }) },
    { name: 'due-messages', ...effects, round: () => addDueMessages({ ...deps, ...effects }) },
    { name: 'inbox', ...inbox, round: () => feedInbox({ ...deps, ...inbox }) },
    // Into the live lane too: however many there are, none of its rounds goes on at once, so that they hold up nobody.
    {
      name: 'waiting-jobs',
      intervalMs: sweep.intervalMs,
      limit: Number.POSITIVE_INFINITY,
      round: () => feedWaitingJobs({ ...deps, limit: sweep.limit }),
    },
    // A round that swept anything has left some, or at least does not know.
    { name: 'redis-epoch', ...epoch, limit: 1, round: createWatchRedisEpoch({ ...deps, ...epoch }) },
    {
      name: 'frozen-orders',
      ...shipping,
      round: () =>
        watchFrozenOrders({ ...deps, ...shipping, apps: directory.apps, management, gauges: frozenGauges }),
    },
    { name: 'failed-jobs', ...sweep, round: async () => (await deps.sweeper.sweep(sweep.limit)).swept },
  ];
  // A loop for each merchant, so that one whose answers take long holds up no other. Its rate is used up by one
  // round for each second: none goes on at once.
  const toQueryRow = (merchant: Merchant): LoopRow => ({
    name: 'open-orders',
    fields: { mchId: merchant.mchId },
    ...queries,
    limit: Number.POSITIVE_INFINITY,
    round: createQueryOpenOrders(
      { ...deps, ...queries },
      { merchant, ...around({ client: clientOf(merchant) }) },
    ),
  });
  const billMetrics = createBillMetrics(metrics);
  // Likewise, for a long bill takes minutes; a round goes on until no day is due.
  const toBillRow = (merchant: Merchant): LoopRow => ({
    name: 'bills',
    fields: { mchId: merchant.mchId },
    intervalMs: bills.intervalMs,
    limit: Number.POSITIVE_INFINITY,
    round: createCheckBills(
      { ...deps, ...bills, metrics: billMetrics, pause },
      { merchant, ...around({ client: clientOf(merchant) }) },
    ),
  });
  const run = (row: LoopRow): Loop => {
    const [loop = row] = around({ loops: [row] }).loops;
    return runLoop({ ...loop, logger, metrics, random });
  };

  return {
    config,
    logger,
    metrics,
    lifecycle,
    store,
    producer,
    keyrings,
    work() {
      const running = rows.map(run);
      const queryLoops = runMerchantLoops(directory, (merchant) => run(toQueryRow(merchant)));
      const billLoops = runMerchantLoops(directory, (merchant) => run(toBillRow(merchant)));
      lifecycle.onRelease('loops', async () => {
        await Promise.all([...running, queryLoops, billLoops].map((loop) => loop.stop()));
      });
    },
  };
}
