import type { Clock } from '@huidiao/contracts';
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
  createShippingManagement,
  type ShippingManagement,
} from '@huidiao/wechat';
import type { ReconcilerConfig } from '../config.ts';
import type { FrozenGauges } from './watch-frozen-orders.ts';

export interface ManagementOptions {
  readonly config: Pick<ReconcilerConfig, 'redis' | 'wechatApiUrl'>;
  readonly directory: Pick<LiveDirectory, 'apps'>;
  readonly lifecycle: Pick<Lifecycle, 'onRelease'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Asks WeChat which apps it manages, with the access_tokens that all processes share; the lifecycle closes it. */
export function openManagement(options: ManagementOptions): ShippingManagement {
  const { config, directory, lifecycle, clock, logger, metrics } = options;
  const { url, prefix } = config.redis;
  const redis = createRedis('command', { url, name: 'reconciler' }, logger);
  lifecycle.onRelease('redis', () => closeRedis(redis));
  const apps = { get: (appId: string) => directory.apps.get(appId) };
  const wechat = { baseUrl: config.wechatApiUrl, clock, logger, metrics };
  const store = createRedisAccessTokenStore({ redis, prefix, apps, clock });
  const accessTokens = createAccessTokens({ ...wechat, store });
  const caller = createAppCaller({ ...wechat, accessTokens, name: 'wechat-shipping' });
  lifecycle.onRelease('app caller', () => caller.close());
  return createShippingManagement(createShippingClient(caller), clock);
}

export function createFrozenGauges(metrics: Metrics): FrozenGauges {
  return {
    orders: metrics.gauge({
      name: 'huidiao_unshipped_orders',
      help: 'Orders paid more than 40 hours ago whose money WeChat freezes for want of a shipment, counted up to the limit of a round',
      labelNames: ['appId'],
    }),
    yuan: metrics.gauge({
      name: 'huidiao_unshipped_yuan',
      help: 'What was paid for them, in yuan',
      labelNames: ['appId'],
    }),
  };
}
