import { createServer, type Server } from 'node:http';
import { type AroundPorts, asTheyAre, type Clock, type Merchant, systemClock } from '@huidiao/contracts';
import { createProducer } from '@huidiao/queue';
import {
  closeRedis,
  createLifecycle,
  createLogger,
  createMetrics,
  createRedis,
  httpServerOptions,
  type Lifecycle,
  type Logger,
  type Metrics,
  toLiveDirectory,
} from '@huidiao/runtime';
import { createStore, type Store } from '@huidiao/store';
import {
  createAccessTokens,
  createAppCaller,
  createLoginClient,
  createPayClient,
  createPlatformKeyrings,
  createRedisAccessTokenStore,
  type PlatformKeyrings,
} from '@huidiao/wechat';
import { createApp } from './app.ts';
import type { MerchantApiConfig } from './config.ts';
import { toNotifyUrl } from './orders/notify-url.ts';
import type { PayingMerchant } from './orders/paying-merchant.ts';
import type { PrepayTurnTimes } from './orders/prepay-in-turn.ts';

export interface MerchantApiContext {
  readonly config: MerchantApiConfig;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly lifecycle: Lifecycle;
  readonly store: Store;
  readonly keyrings: PlatformKeyrings;
  readonly server: Server;
}

export interface MerchantApiOverrides {
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly turn?: PrepayTurnTimes;
  /** For tests; see AroundPorts. */
  readonly aroundPorts?: AroundPorts;
  /** Of one call to WeChat Pay. */
  readonly payTimeoutMs?: number;
}

/** Of one call to WeChat Pay; a buyer is waiting. */
const payTimeoutMs = 5_000;
const turn: PrepayTurnTimes = { leaseMs: payTimeoutMs + 1_000, waitMs: payTimeoutMs + 2_000, pollMs: 50 };

/** The whole wiring of merchant-api. What it opens is released by its lifecycle, last in, first out. */
export function createContext(
  config: MerchantApiConfig,
  overrides: MerchantApiOverrides = {},
): MerchantApiContext {
  const clock = overrides.clock ?? systemClock;
  const logger = overrides.logger ?? createLogger({ service: 'merchant-api', level: config.logLevel });
  const metrics = createMetrics({ service: 'merchant-api' });
  const lifecycle = createLifecycle({ logger });
  const around = overrides.aroundPorts ?? asTheyAre;

  const store = createStore({ uri: config.mongo.uri, logger, metrics, clock });
  lifecycle.onRelease('store', () => store.close());

  const directory = toLiveDirectory(config.directory);
  lifecycle.onRelease('directory', () => directory.close());
  // Redis being away is no reason not to take orders: jobs are hints, and whatever needs a token says 503.
  const { url, prefix, appendfsync, waitReplicas } = config.redis;
  const producer = createProducer({
    redis: { url },
    prefix,
    durability: appendfsync,
    waitReplicas,
    logger,
    metrics,
  });
  lifecycle.onRelease('producer', () => producer.close());
  const redis = createRedis('command', { url, name: 'merchant-api' }, logger);
  lifecycle.onRelease('redis', () => closeRedis(redis));
  const wechat = { baseUrl: config.wechatApiUrl, clock, logger, metrics };
  const apps = { get: (appId: string) => directory.apps.get(appId) };
  const tokenStore = createRedisAccessTokenStore({ redis, prefix, apps, clock });
  const accessTokens = createAccessTokens({ ...wechat, store: tokenStore });
  const appCaller = createAppCaller({ ...wechat, accessTokens, name: 'wechat-app' });
  lifecycle.onRelease('app caller', () => appCaller.close());
  const loginClient = createLoginClient(wechat);
  lifecycle.onRelease('login client', () => loginClient.close());
  const wechatPay = { baseUrl: config.wechatPayApiUrl, clock, logger, metrics };
  const keyrings = createPlatformKeyrings({ ...wechatPay, directory });
  lifecycle.onRelease('keyrings', () => keyrings.close());
  const timeoutMs = overrides.payTimeoutMs ?? payTimeoutMs;
  const clientOf = directory.perObject({
    make: (merchant: Merchant) =>
      createPayClient({ ...wechatPay, merchant, keys: keyrings.of(merchant), timeoutMs }),
    release: (client) => client.close(),
  });
  const payingOf = (merchant: Merchant): PayingMerchant => ({
    merchant,
    ...around({ client: clientOf(merchant) }),
    notifyUrl: toNotifyUrl(config.callbackBaseUrl, merchant.mchId),
  });

  const ports = around({ store, producer, appCaller, loginClient });
  const app = createApp({
    ...ports.store,
    ...ports,
    directory,
    trustedProxies: config.http.trustedProxies,
    clock,
    turn: overrides.turn ?? turn,
    payingOf,
    refundClientOf: (merchant) => around({ client: clientOf(merchant) }).client,
    logger,
    metrics,
  });
  const server = createServer(httpServerOptions, app);
  return { config, logger, metrics, lifecycle, store, keyrings, server };
}
