import { createServer, type Server } from 'node:http';
import type { Merchant } from '@huidiao/contracts';
import { createProducer, type Producer } from '@huidiao/queue';
import {
  closeRedis,
  createRedis,
  httpServerOptions,
  openService,
  type Service,
  type ServiceOverrides,
  toProducerSettings,
} from '@huidiao/runtime';
import { openStore, type Store } from '@huidiao/store';
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

export interface MerchantApiContext extends Service<MerchantApiConfig> {
  readonly store: Store;
  readonly keyrings: PlatformKeyrings;
  readonly server: Server;
}

export interface MerchantApiOverrides extends ServiceOverrides {
  readonly turn?: PrepayTurnTimes;
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
  const service = openService('merchant-api', config, overrides);
  const { around, clock, directory, logger, metrics } = service;
  const store = openStore(service);
  const producer = openProducer(service);
  const ports = around({ store, producer, ...openWechat(service) });
  const { keyrings, clientOf } = openWechatPay(service, overrides.payTimeoutMs ?? payTimeoutMs);
  const payingOf = (merchant: Merchant): PayingMerchant => ({
    merchant,
    ...around({ client: clientOf(merchant) }),
    notifyUrl: toNotifyUrl(config.callbackBaseUrl, merchant.mchId),
  });
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
  return { ...service, store, keyrings, server: createServer(httpServerOptions, app) };
}

/** Redis being away is no reason not to take orders: jobs are hints, and whatever needs a token says 503. */
function openProducer({ config, keep, logger, metrics }: Service<MerchantApiConfig>): Producer {
  return keep('producer', createProducer({ ...toProducerSettings(config.redis), logger, metrics }));
}

/** The mini-program API, with the access_tokens that all processes share. */
function openWechat(service: Service<MerchantApiConfig>) {
  const { name, config, clock, directory, keep, lifecycle, logger, metrics } = service;
  const { url, prefix } = config.redis;
  const redis = createRedis('command', { url, name }, logger);
  lifecycle.onRelease('redis', () => closeRedis(redis));
  const wechat = { baseUrl: config.wechatApiUrl, clock, logger, metrics };
  const apps = { get: (appId: string) => directory.apps.get(appId) };
  const tokenStore = createRedisAccessTokenStore({ redis, prefix, apps, clock });
  const accessTokens = createAccessTokens({ ...wechat, store: tokenStore });
  const appCaller = createAppCaller({ ...wechat, accessTokens, name: 'wechat-app' });
  return {
    appCaller: keep('app caller', appCaller),
    loginClient: keep('login client', createLoginClient(wechat)),
  };
}

/** WeChat Pay, and what verifies its answers. */
function openWechatPay(service: Service<MerchantApiConfig>, timeoutMs: number) {
  const { config, clock, directory, keep, logger, metrics } = service;
  const wechatPay = { baseUrl: config.wechatPayApiUrl, clock, logger, metrics };
  const keyrings = keep('keyrings', createPlatformKeyrings({ ...wechatPay, directory }));
  const clientOf = directory.perObject({
    make: (merchant: Merchant) =>
      createPayClient({ ...wechatPay, merchant, keys: keyrings.of(merchant), timeoutMs }),
    release: (client) => client.close(),
  });
  return { keyrings, clientOf };
}
