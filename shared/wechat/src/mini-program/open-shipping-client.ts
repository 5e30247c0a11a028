import { type AroundPorts, asTheyAre, type Clock } from '@huidiao/contracts';
import {
  closeRedis,
  createRedis,
  type Lifecycle,
  type LiveDirectory,
  type Logger,
  type Metrics,
} from '@huidiao/runtime';
import { createAccessTokens } from './access-tokens.ts';
import { createAppCaller } from './app-caller.ts';
import { createRedisAccessTokenStore } from './redis-access-token-store.ts';
import { createShippingClient, type ShippingClient } from './shipping-client.ts';

export interface OpenShippingOptions {
  /** Of the process, as Redis shows its connection. */
  readonly name: string;
  readonly config: {
    readonly redis: { readonly url: string; readonly prefix: string };
    /** https://api.weixin.qq.com */
    readonly wechatApiUrl: string;
  };
  readonly directory: Pick<LiveDirectory, 'apps'>;
  readonly lifecycle: Pick<Lifecycle, 'onRelease'>;
  /** For tests; see AroundPorts. */
  readonly around?: AroundPorts;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Of one call. */
  readonly timeoutMs?: number | undefined;
}

/** A client of WeChat's order management, with the access_tokens that all processes share; the lifecycle closes it. */
export function openShippingClient(options: OpenShippingOptions): ShippingClient {
  const { name, config, directory, lifecycle, around = asTheyAre, timeoutMs } = options;
  const { clock, logger, metrics } = options;
  const { url, prefix } = config.redis;
  const redis = createRedis('command', { url, name }, logger);
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
