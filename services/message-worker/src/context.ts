import { type AroundPorts, asTheyAre, type Clock, systemClock } from '@huidiao/contracts';
import { createQueueWorker, type QueueWorker } from '@huidiao/queue';
import {
  closeRedis,
  createLifecycle,
  createLogger,
  createMetrics,
  createRedis,
  type Lifecycle,
  type Logger,
  type Metrics,
  toLiveDirectory,
} from '@huidiao/runtime';
import { createStore, type Store, withResultsRecorded } from '@huidiao/store';
import { createAccessTokens, createMiniProgramClient, createRedisAccessTokenStore } from '@huidiao/wechat';
import type { MessageWorkerConfig } from './config.ts';
import { createSendMessage } from './jobs/send-message.ts';
import { createSendSubscribeMessage } from './jobs/send-subscribe-message.ts';
import { withPauses } from './message/with-pauses.ts';
import { createRecipientTurns } from './recipient-turn.ts';

export interface MessageWorkerContext {
  readonly config: MessageWorkerConfig;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly lifecycle: Lifecycle;
  readonly store: Store;
  /** Begins to take jobs. */
  work(): QueueWorker;
}

export interface MessageWorkerOverrides {
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly logger?: Logger;
  /** For tests; see AroundPorts. */
  readonly aroundPorts?: AroundPorts;
  /** Of one call to WeChat. */
  readonly sendTimeoutMs?: number;
  /** How long a process that died keeps a recipient. */
  readonly turnMs?: number;
  /** For tests; how long a template that WeChat does not take is not tried again. */
  readonly templatePauseMs?: number;
  /** For tests; how soon the job of a process that died is found. */
  readonly lockMs?: number;
  /** For tests; how long an operation on the store looks for a server that takes writes. */
  readonly storeSelectionTimeoutMs?: number;
}

/**
 * Longer than one send with everything that may go wrong on its way: a token waited for and fetched (11 s), the
 * call (5 s), a token replaced, by force (16 s), the call again (5 s), and MongoDB slow before and after.
 */
const turnMs = 60_000;

/** The whole wiring of the message-worker. What it opens is released by its lifecycle, last in, first out. */
export function createContext(
  config: MessageWorkerConfig,
  overrides: MessageWorkerOverrides = {},
): MessageWorkerContext {
  const directory = toLiveDirectory(config.directory);
  const { prefix } = config.redis;
  const clock = overrides.clock ?? systemClock;
  const logger = overrides.logger ?? createLogger({ service: 'message-worker', level: config.logLevel });
  const metrics = createMetrics({ service: 'message-worker' });
  const lifecycle = createLifecycle({ logger });
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
  const redis = createRedis('command', { url: config.redis.url, name: 'message-worker' }, logger);
  lifecycle.onRelease('redis', () => closeRedis(redis));

  const baseUrl = config.wechatApiUrl;
  const timeout = overrides.sendTimeoutMs === undefined ? {} : { timeoutMs: overrides.sendTimeoutMs };
  const { tokenStore } = around({
    tokenStore: createRedisAccessTokenStore({
      redis,
      prefix,
      apps: { get: (appId) => directory.apps.get(appId) },
      clock,
    }),
  });
  const accessTokens = createAccessTokens({ store: tokenStore, baseUrl, clock, logger, metrics });
  const client = createMiniProgramClient({ baseUrl, accessTokens, clock, ...timeout, logger, metrics });
  lifecycle.onRelease('mini-program client', () => client.close());

  const deps = around({
    store,
    client: withPauses(client, { clock, logger, templatePauseMs: overrides.templatePauseMs }),
    turns: createRecipientTurns({ redis, prefix, leaseMs: overrides.turnMs ?? turnMs }),
    directory,
    clock,
    outcomes: metrics.counter({
      name: 'huidiao_messages_total',
      help: 'Messages to users that ended, by how',
      labelNames: ['outcome'],
    }),
  });

  return {
    config,
    logger,
    metrics,
    lifecycle,
    store,
    work() {
      const worker = createQueueWorker({
        queue: 'subscribe-message',
        ...around({
          handlers: {
            'send-subscribe-message': createSendSubscribeMessage(deps),
            'send-message': createSendMessage(deps),
          },
        }),
        redis: { url: config.redis.url },
        prefix,
        concurrency: config.concurrency,
        ...around({ deadLetters: withResultsRecorded(deps.store) }),
        onStuck: lifecycle.fatal,
        logger,
        metrics,
        clock,
        ...(overrides.random === undefined ? {} : { random: overrides.random }),
        lockMs: overrides.lockMs ?? config.jobLockMs,
      });
      lifecycle.onRelease('worker', () => worker.close(config.drainMs));
      return worker;
    },
  };
}
