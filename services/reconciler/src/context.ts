import { type Merchant, queueNames } from '@huidiao/contracts';
import { createFailedJobSweeper, createProducer, createRedisEpoch, type Producer } from '@huidiao/queue';
import { openService, type Service, type ServiceOverrides, toProducerSettings } from '@huidiao/runtime';
import { openStore, type Store, withResultsRecorded } from '@huidiao/store';
import {
  createPayClient,
  createPlatformKeyrings,
  createShippingManagement,
  openShippingClient,
  type PayClient,
  type PlatformKeyrings,
} from '@huidiao/wechat';
import { createBillMetrics } from './bills/bill-metrics.ts';
import type { ReconcilerConfig } from './config.ts';
import { type LoopDeps, startLoops } from './loops.ts';
import { createReconcilerMetrics } from './reconciler-metrics.ts';
import { createFrozenGauges } from './shipping/frozen-gauges.ts';

export interface ReconcilerContext extends Service<ReconcilerConfig> {
  readonly store: Store;
  readonly producer: Producer;
  readonly keyrings: PlatformKeyrings;
  /** Begins its rounds. */
  work(): void;
}

export interface ReconcilerOverrides extends ServiceOverrides {
  readonly random?: () => number;
  /** Of one call to WeChat Pay. */
  readonly payTimeoutMs?: number;
}

/** Of one call to WeChat Pay: three of them end within half of the least lease. */
const payTimeoutMs = 5_000;

/** The whole wiring of the reconciler. What it opens is released by its lifecycle, last in, first out. */
export function createContext(
  config: ReconcilerConfig,
  overrides: ReconcilerOverrides = {},
): ReconcilerContext {
  const service = openService('reconciler', config, overrides);
  const { name, directory, lifecycle, logger, metrics, clock, around } = service;
  const store = openStore(service);
  const queues = openQueues(service, store);
  const deps = around({
    store,
    ...queues,
    clock,
    logger,
    metrics: createReconcilerMetrics(metrics, store, clock),
    signal: lifecycle.signal,
  });
  const shippingClient = openShippingClient({ name, config, directory, lifecycle, clock, logger, metrics });
  const { keyrings, clientOf } = openWechatPay(service, overrides.payTimeoutMs ?? payTimeoutMs);
  const loopDeps: LoopDeps = {
    ...deps,
    config,
    directory,
    clientOf: (merchant) => around({ client: clientOf(merchant) }).client,
    management: createShippingManagement(shippingClient, clock),
    billMetrics: createBillMetrics(metrics),
    frozenGauges: createFrozenGauges(metrics),
  };
  const { producer } = queues;
  const random = overrides.random ?? Math.random;

  return {
    ...service,
    store,
    producer,
    keyrings,
    work() {
      const loops = startLoops(loopDeps, { around, logger, metrics, random });
      lifecycle.onRelease('loops', async () => {
        await Promise.all(loops.map((loop) => loop.stop()));
      });
    },
  };
}

function openQueues(
  { config, keep, around, clock, logger, metrics }: Service<ReconcilerConfig>,
  store: Store,
) {
  const { redis, prefix, ...promised } = toProducerSettings(config.redis);
  const queues = { redis, prefix, logger };
  const producer = keep('producer', createProducer({ ...queues, ...promised, metrics }));
  const deadLetters = withResultsRecorded(around({ store }).store);
  const failed = { queues: queueNames, ...around({ deadLetters }), metrics, clock };
  const sweeper = keep('sweeper', createFailedJobSweeper({ ...queues, ...failed }));
  const redisEpoch = keep('epoch', createRedisEpoch(queues));
  return { producer, deadLetters, sweeper, redisEpoch };
}

interface WechatPay {
  readonly keyrings: PlatformKeyrings;
  readonly clientOf: (merchant: Merchant) => PayClient;
}

/** WeChat Pay compares the time in a request with its own, so its clock is never one of tests. */
function openWechatPay(service: Service<ReconcilerConfig>, timeoutMs: number): WechatPay {
  const { config, directory, keep, logger, metrics } = service;
  const wechatPay = { baseUrl: config.wechatPayApiUrl, logger, metrics };
  const keyrings = keep('keyrings', createPlatformKeyrings({ ...wechatPay, directory }));
  const clientOf = directory.perObject({
    make: (merchant: Merchant) =>
      createPayClient({ ...wechatPay, merchant, keys: keyrings.of(merchant), timeoutMs }),
    release: (client) => client.close(),
  });
  return { keyrings, clientOf };
}
