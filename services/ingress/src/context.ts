import { createServer, type Server } from 'node:http';
import { createProducer, type Producer } from '@huidiao/queue';
import {
  httpServerOptions,
  openService,
  type Service,
  type ServiceOverrides,
  toProducerSettings,
} from '@huidiao/runtime';
import { openStore, type Store } from '@huidiao/store';
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

export interface IngressContext extends Service<IngressConfig> {
  readonly producer: Producer;
  readonly keyrings: PlatformKeyrings;
  readonly inboxLook: InboxLook;
  readonly server: Server;
}

export interface IngressOverrides extends ServiceOverrides {
  readonly producer?: Producer;
  readonly store?: IngressStore;
}

/** The whole wiring of the ingress. What it opens is released by its lifecycle, last in, first out. */
export function createContext(config: IngressConfig, overrides: IngressOverrides = {}): IngressContext {
  const service = openService('ingress', config, overrides);
  const { around, clock, directory, keep, logger, metrics } = service;

  const store = openInboxStore(service, overrides.store);
  const inboxLook = keep('inbox look', createInboxLook(store));
  const producer = keep('producer', overrides.producer ?? openProducer(service));
  const ports = around({ store, producer });
  const inbox = createBoundedInbox({ inbox: ports.store.inbox, ...config.inbox, metrics });
  const durable = { producer: ports.producer, inbox, logger, metrics };
  const stores = keep('breaker', createDurableStores(durable));

  const wechatPay = { baseUrl: config.wechatPayApiUrl, directory, clock, logger, metrics };
  const keyrings = keep('keyrings', createPlatformKeyrings(wechatPay));
  const receivers = keep('receivers', createReceivers(directory, keyrings));
  const bodyBudget = createBodyBudget(config.body.budgetBytes);
  const questions = createPushQuestions({ orders: ports.store.orders, directory, clock, metrics });
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
  return { ...service, producer, keyrings, inboxLook, server };
}

function openProducer({ config, logger, metrics }: Service<IngressConfig>): Producer {
  const { deadlineMs } = config.redis;
  return createProducer({ ...toProducerSettings(config.redis), deadlineMs, logger, metrics });
}

/** A handshake takes its time whatever an insert may take; the inbox has its own limit beside these. */
const leastConnectMs = 1_000;

/** Without a look for indexes: the inbox needs `_id` alone, and a callback must not wait for a migration. */
function openInboxStore(service: Service<IngressConfig>, given: IngressStore | undefined): IngressStore {
  if (given !== undefined) return service.keep('store', given);
  const limitMs = Math.max(leastConnectMs, service.config.inbox.timeoutMs);
  return openStore(service, { selectionTimeoutMs: limitMs, socketTimeoutMs: limitMs });
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
