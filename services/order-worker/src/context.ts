import { type AroundPorts, asTheyAre, type Clock, systemClock } from '@huidiao/contracts';
import { createProducer, type Producer, type QueueWorker } from '@huidiao/queue';
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
import { createShippingManagement, openShippingClient } from '@huidiao/wechat';
import type { OrderWorkerConfig } from './config.ts';
import { createPassThroughClient } from './forwarding/pass-through-client.ts';
import { createRefundDuties, openRefundClients } from './refunds/open-refunds.ts';
import type { RefundPace } from './refunds/refund-pace.ts';
import { withQuotaPauses } from './shipping/quota-pauses.ts';
import { createShopClient } from './shop/shop-client.ts';
import { startWorkers } from './workers.ts';

export interface OrderWorkerContext {
  readonly config: OrderWorkerConfig;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly lifecycle: Lifecycle;
  readonly store: Store;
  /** Begins to take jobs. */
  work(): readonly QueueWorker[];
}

export interface OrderWorkerOverrides {
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly logger?: Logger;
  readonly producer?: Pick<Producer, 'add' | 'close'>;
  /** Of one call to WeChat Pay. */
  readonly payTimeoutMs?: number;
  /** For tests that cannot wait for minutes. */
  readonly refundPace?: RefundPace;
  /** Of one call to the mini-program API. */
  readonly appTimeoutMs?: number;
  /** For tests; see AroundPorts. */
  readonly aroundPorts?: AroundPorts;
  /** For tests; how soon the job of a process that died is found. */
  readonly lockMs?: number;
  /** For tests; how long an operation on the store looks for a server that takes writes. */
  readonly storeSelectionTimeoutMs?: number;
}

/** The whole wiring of the order-worker. What it opens is released by its lifecycle, last in, first out. */
export function createContext(
  config: OrderWorkerConfig,
  overrides: OrderWorkerOverrides = {},
): OrderWorkerContext {
  const clock = overrides.clock ?? systemClock;
  const logger = overrides.logger ?? createLogger({ service: 'order-worker', level: config.logLevel });
  const metrics = createMetrics({ service: 'order-worker' });
  const lifecycle = createLifecycle({ logger });
  const directory = toLiveDirectory(config.directory);
  lifecycle.onRelease('directory', () => directory.close());
  const around = overrides.aroundPorts ?? asTheyAre;

  const store = createStore({
    uri: config.mongo.uri,
    logger,
    metrics,
    clock,
    ...(overrides.storeSelectionTimeoutMs === undefined
      ? {}
      : { selectionTimeoutMs: overrides.storeSelectionTimeoutMs }),
  });
  lifecycle.onRelease('store', () => store.close());
  const redis = { url: config.redis.url };
  const producer =
    overrides.producer ??
    createProducer({
      redis,
      prefix: config.redis.prefix,
      durability: config.redis.appendfsync,
      waitReplicas: config.redis.waitReplicas,
      logger,
      metrics,
    });
  lifecycle.onRelease('producer', () => producer.close());
  // The shop compares a webhook's timestamp with its own clock, so this one is never a clock of tests.
  const shop = createShopClient({ clock: systemClock, logger, metrics });
  lifecycle.onRelease('shop client', () => shop.close());

  const passThrough = createPassThroughClient({ clock: systemClock, logger, metrics });
  lifecycle.onRelease('pass-through client', () => passThrough.close());
  const opened = { config, directory, lifecycle, around, logger, metrics };
  const refundClients = openRefundClients({ ...opened, timeoutMs: overrides.payTimeoutMs });
  const shippingClient = openShippingClient({
    ...opened,
    name: 'order-worker',
    clock,
    timeoutMs: overrides.appTimeoutMs,
  });

  const { effectGraceMs } = config;
  const ports = around({ store, producer, shop, passThrough, refundClients, shippingClient, directory });
  const refunds = createRefundDuties({
    clients: ports.refundClients,
    turns: ports.store.turns,
    clock,
    logger,
    metrics,
    pace: overrides.refundPace,
  });
  const shipments = metrics.counter({
    name: 'huidiao_shipments_total',
    help: 'Shipments of orders that ended, by how',
    labelNames: ['outcome'],
  });
  const shipping = {
    shipping: { ...ports.shippingClient, ...withQuotaPauses(ports.shippingClient, clock) },
    management: createShippingManagement(ports.shippingClient, clock),
    shipments,
  };
  const deps = { ...ports, ...shipping, ...refunds, effectGraceMs, clock, logger };
  const workerOptions = {
    around,
    redis,
    prefix: config.redis.prefix,
    concurrency: config.concurrency,
    ...around({ deadLetters: withResultsRecorded(deps.store) }),
    onStuck: lifecycle.fatal,
    logger,
    metrics,
    clock,
    ...(overrides.random === undefined ? {} : { random: overrides.random }),
    lockMs: overrides.lockMs ?? config.jobLockMs,
  };

  return {
    config,
    logger,
    metrics,
    lifecycle,
    store,
    work() {
      const workers = startWorkers(deps, workerOptions);
      lifecycle.onRelease('workers', async () => {
        await Promise.all(workers.map((each) => each.close(config.drainMs)));
      });
      return workers;
    },
  };
}
