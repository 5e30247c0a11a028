import { createServer, type Server } from 'node:http';
import { type AroundPorts, asTheyAre, type Clock, systemClock } from '@huidiao/contracts';
import { createProducer, type Producer } from '@huidiao/queue';
import {
  createLifecycle,
  createLogger,
  createMetrics,
  httpServerOptions,
  type Lifecycle,
  type Logger,
  type Metrics,
  toLiveDirectory,
} from '@huidiao/runtime';
import { createStore, type Store } from '@huidiao/store';
import { createPlatformKeyrings, type PlatformKeyrings } from '@huidiao/wechat';
import { createApp } from './app.ts';
import { createBodyBudget, createBudgetPart } from './body/body-budget.ts';
import { createCallbackMetrics, createSignatureMetrics } from './callback-metrics.ts';
import type { IngressConfig } from './config.ts';
import { createBoundedInbox } from './durable/bounded-inbox.ts';
import { createDurableStores } from './durable/durable-stores.ts';
import { createInboxLook, type InboxLook } from './durable/inbox-look.ts';
import { createCallbackLanes } from './lanes/callback-lanes.ts';
import { createPushQuestions } from './questions/push-questions.ts';
import { createReceivers } from './receivers.ts';
import { createMessagePushHandler } from './routes/message-push.ts';
import { createPushAddressHandler } from './routes/push-address.ts';
import { createWechatPayNotificationHandler } from './routes/wechat-pay-notification.ts';
import { createWechatPayV2NotificationHandler } from './routes/wechat-pay-v2-notification.ts';

/** What the ingress uses of the store. */
export type IngressStore = Pick<Store, 'isReady' | 'close'> & {
  readonly inbox: Pick<Store['inbox'], 'put'>;
  readonly orders: Pick<Store['orders'], 'find'>;
};

export interface IngressContext {
  readonly config: IngressConfig;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly lifecycle: Lifecycle;
  readonly producer: Producer;
  readonly keyrings: PlatformKeyrings;
  readonly inboxLook: InboxLook;
  readonly server: Server;
}

export interface IngressOverrides {
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly producer?: Producer;
  readonly store?: IngressStore;
  /** For tests; see AroundPorts. */
  readonly aroundPorts?: AroundPorts;
}

/** The whole wiring of the ingress. What it opens is released by its lifecycle, last in, first out. */
export function createContext(config: IngressConfig, overrides: IngressOverrides = {}): IngressContext {
  const logger = overrides.logger ?? createLogger({ service: 'ingress', level: config.logLevel });
  const metrics = createMetrics({ service: 'ingress' });
  const lifecycle = createLifecycle({ logger });
  const clock = overrides.clock ?? systemClock;
  const around = overrides.aroundPorts ?? asTheyAre;

  const store = overrides.store ?? openStore(config, logger, metrics);
  lifecycle.onRelease('store', () => store.close());
  const inboxLook = createInboxLook(store);
  lifecycle.onRelease('inbox look', () => inboxLook.close());
  const producer = overrides.producer ?? openProducer(config, logger, metrics);
  lifecycle.onRelease('producer', () => producer.close());
  const ports = around({ store, producer });
  const inbox = createBoundedInbox({ inbox: ports.store.inbox, ...config.inbox, metrics });
  const stores = createDurableStores({ producer: ports.producer, inbox, logger, metrics });
  lifecycle.onRelease('breaker', () => stores.close());

  const directory = toLiveDirectory(config.directory);
  lifecycle.onRelease('directory', () => directory.close());
  const keyrings = createPlatformKeyrings({
    directory,
    baseUrl: config.wechatPayApiUrl,
    clock,
    logger,
    metrics,
  });
  lifecycle.onRelease('keyrings', () => keyrings.close());
  const receivers = createReceivers(directory, keyrings);
  lifecycle.onRelease('receivers', () => receivers.close());
  const bodyBudget = createBodyBudget(config.body.budgetBytes);
  const questions = createPushQuestions({
    orders: ports.store.orders,
    directory,
    clock,
    metrics,
  });
  const deps = around({
    receivers,
    stores,
    questions,
    lanes: createCallbackLanes(clock),
    signatures: createSignatureMetrics(metrics),
    bodyLimits: config.body,
    bodyBudget,
    clock,
    logger,
    metrics: createCallbackMetrics(metrics, bodyBudget),
  });
  // Whoever knows an id may send bodies to these two, whose signature covers the body or is in it. However many do, half
  // of the memory is left to API v3, where a stranger knows no serial.
  const openDeps = { ...deps, bodyBudget: createBudgetPart(bodyBudget, config.body.budgetBytes / 2) };
  const { routes } = around({
    routes: {
      notification: createWechatPayNotificationHandler(deps),
      v2Notification: createWechatPayV2NotificationHandler(openDeps),
      push: createMessagePushHandler(openDeps),
    },
  });
  const app = createApp({
    post: { 'pay-v3': routes.notification, 'pay-v2': routes.v2Notification, push: routes.push },
    // It keeps nothing and waits for nothing: there is no port of it to look on at.
    pushAddress: createPushAddressHandler(deps),
  });
  const server = createIngressServer(config, app);
  return { config, logger, metrics, lifecycle, producer, keyrings, inboxLook, server };
}

function openProducer(config: IngressConfig, logger: Logger, metrics: Metrics): Producer {
  return createProducer({
    redis: { url: config.redis.url },
    prefix: config.redis.prefix,
    durability: config.redis.appendfsync,
    waitReplicas: config.redis.waitReplicas,
    deadlineMs: config.redis.deadlineMs,
    logger,
    metrics,
  });
}

/** A handshake takes its time whatever an insert may take; the inbox has its own limit beside these. */
const leastConnectMs = 1_000;

/** Without a look for indexes: the inbox needs `_id` alone, and a callback must not wait for a migration. */
function openStore(config: IngressConfig, logger: Logger, metrics: Metrics): IngressStore {
  const limitMs = Math.max(leastConnectMs, config.inbox.timeoutMs);
  const limits = { selectionTimeoutMs: limitMs, socketTimeoutMs: limitMs };
  return createStore({ uri: config.mongo.uri, ...limits, logger, metrics });
}

/**
 * A sender's headers come in one or two packets. With the 3 s that a callback may take, 2 s for them stay within the 5 s
 * that WeChat Pay waits. A new connection has as long for its first request; one that is kept open has `keepAliveTimeout`.
 * By itself Node looks for slow senders only every 30 s
 * (https://nodejs.org/api/http.html#httpcreateserveroptions-requestlistener).
 */
const headerLimits = { headersTimeout: 2_000, connectionsCheckingInterval: 1_000 };

function createIngressServer(config: IngressConfig, listener: ReturnType<typeof createApp>): Server {
  const server = createServer({ ...httpServerOptions, ...headerLimits }, listener);
  server.maxConnections = config.maxConnections;
  return server;
}
