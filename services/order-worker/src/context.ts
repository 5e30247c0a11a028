import { type Clock, systemClock } from '@huidiao/contracts';
import { createProducer, type Producer, type QueueWorker } from '@huidiao/queue';
import {
  type Metrics,
  openService,
  type Service,
  toProducerSettings,
  type WorkerOverrides,
} from '@huidiao/runtime';
import { openStore, type Store, withResultsRecorded } from '@huidiao/store';
import { createShippingManagement, openShippingClient, type ShippingClient } from '@huidiao/wechat';
import type { OrderWorkerConfig } from './config.ts';
import { createPassThroughClient } from './forwarding/pass-through-client.ts';
import { createRefundDuties, openRefundClients } from './refunds/open-refunds.ts';
import type { RefundPace } from './refunds/refund-pace.ts';
import { withQuotaPauses } from './shipping/quota-pauses.ts';
import { createShopClient } from './shop/shop-client.ts';
import { type HandlerDeps, type SharedWorkerOptions, startWorkers } from './workers.ts';

export interface OrderWorkerContext extends Service<OrderWorkerConfig> {
  readonly store: Store;
  /** Begins to take jobs. */
  work(): readonly QueueWorker[];
}

export interface OrderWorkerOverrides extends WorkerOverrides {
  readonly producer?: Pick<Producer, 'add' | 'close'>;
  /** Of one call to WeChat Pay. */
  readonly payTimeoutMs?: number;
  /** For tests that cannot wait for minutes. */
  readonly refundPace?: RefundPace;
  /** Of one call to the mini-program API. */
  readonly appTimeoutMs?: number;
}

/** The whole wiring of the order-worker. What it opens is released by its lifecycle, last in, first out. */
export function createContext(
  config: OrderWorkerConfig,
  overrides: OrderWorkerOverrides = {},
): OrderWorkerContext {
  const service = openService('order-worker', config, overrides);
  const { around, clock, keep, lifecycle, logger, metrics } = service;
  const store = openStore(service, { selectionTimeoutMs: overrides.storeSelectionTimeoutMs });
  const ports = around({
    store,
    producer: keep('producer', overrides.producer ?? openProducer(service)),
    ...openClients(service, overrides),
    directory: service.directory,
  });
  const refunds = createRefundDuties({
    clients: ports.refundClients,
    turns: ports.store.turns,
    clock,
    logger,
    metrics,
    pace: overrides.refundPace,
  });
  const shipping = toShippingDuties(ports.shippingClient, clock, metrics);
  const { effectGraceMs } = config;
  const deps: HandlerDeps = { ...ports, ...shipping, ...refunds, effectGraceMs, clock, logger };
  const deadLetters = withResultsRecorded(ports.store);
  const workerOptions: SharedWorkerOptions = {
    around,
    redis: { url: config.redis.url },
    prefix: config.redis.prefix,
    concurrency: config.concurrency,
    ...around({ deadLetters }),
    onStuck: lifecycle.fatal,
    ...(overrides.stuckAfterMs === undefined ? {} : { stuckAfterMs: overrides.stuckAfterMs }),
    logger,
    metrics,
    clock,
    ...(overrides.random === undefined ? {} : { random: overrides.random }),
    lockMs: overrides.lockMs ?? config.jobLockMs,
  };

  return {
    ...service,
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

function openProducer({ config, logger, metrics }: Service<OrderWorkerConfig>): Producer {
  return createProducer({ ...toProducerSettings(config.redis), logger, metrics });
}

/** Whoever is called: the shop, addresses of pass_through, WeChat Pay, the mini-program API. */
function openClients(service: Service<OrderWorkerConfig>, overrides: OrderWorkerOverrides) {
  const { name, around, clock, config, directory, keep, lifecycle, logger, metrics } = service;
  const opened = { around, config, directory, lifecycle, logger, metrics };
  // The shop compares a webhook's timestamp with its own clock, so this one is never a clock of tests.
  const outside = { clock: systemClock, logger, metrics };
  return {
    shop: keep('shop client', createShopClient(outside)),
    passThrough: keep('pass-through client', createPassThroughClient(outside)),
    refundClients: openRefundClients({ ...opened, timeoutMs: overrides.payTimeoutMs }),
    shippingClient: openShippingClient({ ...opened, name, clock, timeoutMs: overrides.appTimeoutMs }),
  };
}

function toShippingDuties(client: ShippingClient, clock: Clock, metrics: Metrics) {
  return {
    shipping: { ...client, ...withQuotaPauses(client, clock) },
    management: createShippingManagement(client, clock),
    shipments: metrics.counter({
      name: 'huidiao_shipments_total',
      help: 'Shipments of orders that ended, by how',
      labelNames: ['outcome'],
    }),
  };
}
