import { type Clock, queueNames, systemClock } from '@huidiao/contracts';
import { createFailedJobSweeper, createProducer, type Producer } from '@huidiao/queue';
import {
  createLifecycle,
  createLogger,
  createMetrics,
  type Lifecycle,
  type Logger,
  type Metrics,
} from '@huidiao/runtime';
import { createStore, type Store, withResultsRecorded } from '@huidiao/store';
import type { ReconcilerConfig } from './config.ts';
import { addDueEffects } from './loops/add-due-effects.ts';
import { runLoop } from './loops/run-loop.ts';

export interface ReconcilerContext {
  readonly config: ReconcilerConfig;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly lifecycle: Lifecycle;
  readonly store: Store;
  readonly producer: Producer;
  /** Begins its rounds. */
  work(): void;
}

export interface ReconcilerOverrides {
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly logger?: Logger;
}

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
  const sweeper = createFailedJobSweeper({
    queues: queueNames,
    redis,
    prefix,
    deadLetters: withResultsRecorded(store),
    logger,
    metrics,
    clock,
  });
  lifecycle.onRelease('sweeper', () => sweeper.close());

  const addDue = () => addDueEffects({ store, producer, clock, ...config.effects });
  const sweep = async () => (await sweeper.sweep(config.sweep.limit)).swept;

  return {
    config,
    logger,
    metrics,
    lifecycle,
    store,
    producer,
    work() {
      const loops = [
        runLoop({
          name: 'due-effects',
          intervalMs: config.effects.intervalMs,
          limit: config.effects.limit,
          round: addDue,
          logger,
          metrics,
          random,
        }),
        runLoop({
          name: 'failed-jobs',
          intervalMs: config.sweep.intervalMs,
          limit: config.sweep.limit,
          round: sweep,
          logger,
          metrics,
          random,
        }),
      ];
      lifecycle.onRelease('loops', async () => {
        await Promise.all(loops.map((loop) => loop.stop()));
      });
    },
  };
}
