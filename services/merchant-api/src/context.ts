import { createServer, type Server } from 'node:http';
import { type AroundPorts, asTheyAre, type Clock, systemClock } from '@huidiao/contracts';
import {
  createLifecycle,
  createLogger,
  createMetrics,
  httpServerOptions,
  type Lifecycle,
  type Logger,
  type Metrics,
} from '@huidiao/runtime';
import { createStore, type Store } from '@huidiao/store';
import { createPayClient } from '@huidiao/wechat';
import { createApp } from './app.ts';
import type { MerchantApiConfig } from './config.ts';
import type { PayingMerchant } from './orders/create-order.ts';
import { toNotifyUrl } from './orders/notify-url.ts';
import type { PrepayTurnTimes } from './orders/prepay-order.ts';

export interface MerchantApiContext {
  readonly config: MerchantApiConfig;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly lifecycle: Lifecycle;
  readonly store: Store;
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
const turn: PrepayTurnTimes = { leaseMs: 2_000, waitMs: 6_000, pollMs: 50 };

/** The whole wiring of merchant-api. What it opens is released by its lifecycle, last in, first out. */
export function createContext(
  config: MerchantApiConfig,
  overrides: MerchantApiOverrides = {},
): MerchantApiContext {
  const clock = overrides.clock ?? systemClock;
  const logger = overrides.logger ?? createLogger({ service: 'merchant-api', level: config.logLevel });
  const metrics = createMetrics({ service: 'merchant-api' });
  const lifecycle = createLifecycle({ logger });
  const { directory } = config;
  const around = overrides.aroundPorts ?? asTheyAre;

  const store = createStore({ uri: config.mongo.uri, logger, metrics, clock });
  lifecycle.onRelease('store', () => store.close());

  const paying = new Map<string, PayingMerchant>();
  for (const merchant of directory.merchants.values()) {
    const client = createPayClient({
      merchant,
      baseUrl: config.wechatPayApiUrl,
      clock,
      timeoutMs: overrides.payTimeoutMs ?? payTimeoutMs,
      logger,
      metrics,
    });
    lifecycle.onRelease(`pay client of ${merchant.mchId}`, () => client.close());
    paying.set(merchant.mchId, {
      merchant,
      ...around({ client }),
      notifyUrl: toNotifyUrl(config.callbackBaseUrl, merchant.mchId),
    });
  }

  const app = createApp(
    around({ store, directory, clock, turn: overrides.turn ?? turn, paying, logger, metrics }),
  );
  return { config, logger, metrics, lifecycle, store, server: createServer(httpServerOptions, app) };
}
