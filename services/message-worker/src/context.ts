import { createQueueWorker, type QueueWorker } from '@huidiao/queue';
import { closeRedis, createRedis, openService, type Service, type WorkerOverrides } from '@huidiao/runtime';
import { openStore, type Store, withResultsRecorded } from '@huidiao/store';
import {
  createAccessTokens,
  createMiniProgramClient,
  createRedisAccessTokenStore,
  type MiniProgramClient,
} from '@huidiao/wechat';
import type { MessageWorkerConfig } from './config.ts';
import { createSendMessage } from './jobs/send-message.ts';
import { createSendSubscribeMessage } from './jobs/send-subscribe-message.ts';
import { withPauses } from './message/with-pauses.ts';
import { createRecipientTurns } from './recipient-turn.ts';

export interface MessageWorkerContext extends Service<MessageWorkerConfig> {
  readonly store: Store;
  /** Begins to take jobs. */
  work(): QueueWorker;
}

export interface MessageWorkerOverrides extends WorkerOverrides {
  /** Of one call to WeChat. */
  readonly sendTimeoutMs?: number;
  /** How long a process that died keeps a recipient. */
  readonly turnMs?: number;
  /** For tests; how long a template that WeChat does not take is not tried again. */
  readonly templatePauseMs?: number;
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
  const service = openService('message-worker', config, overrides);
  const { around, clock, directory, keep, lifecycle, logger, metrics } = service;
  const { prefix } = config.redis;

  const store = openStore(service, { selectionTimeoutMs: overrides.storeSelectionTimeoutMs });
  const redis = createRedis('command', { url: config.redis.url, name: service.name }, logger);
  lifecycle.onRelease('redis', () => closeRedis(redis));
  const client = keep('mini-program client', openWechat(service, redis, overrides.sendTimeoutMs));

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
    ...service,
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
        ...(overrides.stuckAfterMs === undefined ? {} : { stuckAfterMs: overrides.stuckAfterMs }),
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

/** The mini-program API, with the access_tokens that all processes share. */
function openWechat(
  service: Service<MessageWorkerConfig>,
  redis: ReturnType<typeof createRedis>,
  timeoutMs: number | undefined,
): MiniProgramClient {
  const { around, clock, config, directory, logger, metrics } = service;
  const { prefix } = config.redis;
  const wechat = { baseUrl: config.wechatApiUrl, clock, logger, metrics };
  const apps = { get: (appId: string) => directory.apps.get(appId) };
  const { tokenStore } = around({ tokenStore: createRedisAccessTokenStore({ redis, prefix, apps, clock }) });
  const accessTokens = createAccessTokens({ ...wechat, store: tokenStore });
  const limit = timeoutMs === undefined ? {} : { timeoutMs };
  return createMiniProgramClient({ ...wechat, ...limit, accessTokens });
}
