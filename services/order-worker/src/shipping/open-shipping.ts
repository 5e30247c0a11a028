import type { AroundPorts, Clock } from '@huidiao/contracts';
import {
  closeRedis,
  createRedis,
  type Lifecycle,
  type LiveDirectory,
  type Logger,
  type Metrics,
} from '@huidiao/runtime';
import {
  createAccessTokens,
  createAppCaller,
  createRedisAccessTokenStore,
  createShippingClient,
  type ShippingClient,
} from '@huidiao/wechat';
import type { OrderWorkerConfig } from '../config.ts';

export interface ShippingOptions {
  readonly config: Pick<OrderWorkerConfig, 'redis' | 'wechatApiUrl'>;
  readonly directory: Pick<LiveDirectory, 'apps'>;
  readonly lifecycle: Pick<Lifecycle, 'onRelease'>;
  readonly around: AroundPorts;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Of one call. */
  readonly timeoutMs?: number | undefined;
}

/** A client of WeChat's order management, with the access_tokens that all processes share; the lifecycle closes it. */
export function openShipping(options: ShippingOptions): ShippingClient {
  const { config, directory, lifecycle, around, clock, logger, metrics, timeoutMs } = options;
  const { url, prefix } = config.redis;
  const redis = createRedis('command', { url, name: 'order-worker' }, logger);
  lifecycle.onRelease('redis', () => closeRedis(redis));
  const apps = { get: (appId: string) => directory.apps.get(appId) };
  const { tokenStore } = around({ tokenStore: createRedisAccessTokenStore({ redis, prefix, apps, clock }) });
  const wechat = { baseUrl: config.wechatApiUrl, clock, logger, metrics };
  const accessTokens = createAccessTokens({ ...wechat, store: tokenStore });
  const limit = timeoutMs === undefined ? {} : { timeoutMs };
  const caller = createAppCaller({ ...wechat, ...limit, accessTokens, name: 'wechat-shipping' });
  lifecycle.onRelease('app caller', () => caller.close());
  return createShippingClient(caller);
}
