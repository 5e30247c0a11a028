import { type AroundPorts, asTheyAre, type Clock, systemClock } from '@huidiao/contracts';
import { createProducer, createQueueWorker, type Producer, type QueueWorker } from '@huidiao/queue';
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
import { createApplyEvent } from './jobs/apply-event.ts';
import { createApplyPayment } from './jobs/apply-payment.ts';
import { createApplyRefund } from './jobs/apply-refund.ts';
import { createForwardEvent } from './jobs/forward-event.ts';
import { createFulfilOrder } from './jobs/fulfil-order.ts';
import { createKeepCallback } from './jobs/keep-callback.ts';
import { createMakeRefund } from './jobs/make-refund.ts';
import { createPassThrough } from './jobs/pass-through.ts';
import { createReportMessage, createReportUndeliverable } from './jobs/report-undeliverable.ts';
import { createRefundClients, type RefundClients } from './refunds/refund-clients.ts';
import { type RefundPace, refundPace } from './refunds/refund-pace.ts';
import { createRefundQueries } from './refunds/refund-queries.ts';
import { createRefundReport } from './refunds/refund-report.ts';
import { withQuotaPauses } from './shipping/quota-pauses.ts';
import { createRemindReceipt } from './shipping/remind-receipt.ts';
import { createUploadShipment } from './shipping/upload-shipment.ts';
import { createShopClient } from './shop/shop-client.ts';

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

/** Of one call to WeChat Pay. */
const payTimeoutMs = 5_000;

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
  const refundClients = createRefundClients({
    directory,
    baseUrl: config.wechatPayApiUrl,
    timeoutMs: overrides.payTimeoutMs ?? payTimeoutMs,
    logger,
    metrics,
  });
  lifecycle.onRelease('refund clients', () => refundClients.close());

  const shippingClient = openShippingClient({
    name: 'order-worker',
    config,
    directory,
    lifecycle,
    around,
    clock,
    logger,
    metrics,
    timeoutMs: overrides.appTimeoutMs,
  });

  const { effectGraceMs } = config;
  const askedClients: RefundClients = {
    ...refundClients,
    of: (merchant) => around({ refundClient: refundClients.of(merchant) }).refundClient,
  };
  const ports = around({
    store,
    producer,
    shop,
    passThrough,
    refundClients: askedClients,
    shippingClient,
    directory,
  });
  const refundQueries = createRefundQueries({
    clientOf: ports.refundClients.of,
    turns: ports.store.turns,
    clock,
  });
  const adoptedRefunds = metrics.counter({
    name: 'huidiao_refunds_adopted_total',
    help: 'Refunds that were made elsewhere, as in the merchant platform, by their first known state',
    labelNames: ['state'],
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
  const refunds = {
    refundQueries,
    adoptedRefunds,
    refundReport: createRefundReport(metrics, logger),
    pace: overrides.refundPace ?? refundPace,
  };
  const deps = { ...ports, ...shipping, ...refunds, effectGraceMs, clock, logger };
  const worker = {
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
      const workers = [
        createQueueWorker({
          ...worker,
          queue: 'payment-event',
          ...around({
            handlers: {
              'apply-payment': createApplyPayment(deps),
              'apply-refund': createApplyRefund(deps),
              'keep-callback': createKeepCallback(deps),
            },
          }),
        }),
        createQueueWorker({
          ...worker,
          queue: 'platform-event',
          ...around({ handlers: { 'apply-event': createApplyEvent(deps) } }),
        }),
        createQueueWorker({
          ...worker,
          queue: 'event-forwarding',
          ...around({
            handlers: {
              'forward-event': createForwardEvent(deps),
              'pass-through': createPassThrough(deps),
              'report-undeliverable': createReportUndeliverable(deps),
              'report-message': createReportMessage(deps),
            },
          }),
        }),
        createQueueWorker({
          ...worker,
          queue: 'order-fulfilment',
          ...around({ handlers: { 'fulfil-order': createFulfilOrder(deps) } }),
        }),
        createQueueWorker({
          ...worker,
          queue: 'order-refund',
          ...around({ handlers: { 'make-refund': createMakeRefund(deps) } }),
        }),
        createQueueWorker({
          ...worker,
          queue: 'shipping-upload',
          ...around({
            handlers: {
              'upload-shipment': createUploadShipment(deps),
              'remind-receipt': createRemindReceipt(deps),
            },
          }),
        }),
      ];
      lifecycle.onRelease('workers', async () => {
        await Promise.all(workers.map((each) => each.close(config.drainMs)));
      });
      return workers;
    },
  };
}
