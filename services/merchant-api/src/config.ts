import type { MerchantDirectory } from '@huidiao/contracts';
import {
  type DurableRedisConfig,
  envBaseUrl,
  envInteger,
  type ListenConfig,
  listenShape,
  loadConfig,
  loadMerchantDirectory,
  merchantsShape,
  mongoShape,
  type ServiceConfig,
  serviceShape,
  toServiceConfig,
  wechatPayShape,
  wechatShape,
} from '@huidiao/runtime';
import { longestMchId, mostNotifyUrlCharacters, toNotifyUrl } from './orders/notify-url.ts';

/** The variables of merchantApiShape by what they are for; times in milliseconds. */
export interface MerchantApiConfig extends ServiceConfig {
  readonly http: ListenConfig & { readonly drainMs: number; readonly trustedProxies: number };
  readonly redis: DurableRedisConfig;
  readonly wechatPayApiUrl: string;
  readonly wechatApiUrl: string;
  /** Where the internet reaches the ingress; without a slash at the end. */
  readonly callbackBaseUrl: string;
}

/** Environment variables of merchant-api. */
export const merchantApiShape = {
  ...serviceShape({ healthPort: 9091 }),
  ...listenShape({ port: 3001 }),
  ...wechatPayShape,
  ...wechatShape,
  /** Proxies before us that add an address to X-Forwarded-For; rates of users without a key are counted by it. */
  TRUSTED_PROXIES: envInteger({ min: 0, max: 10, default: 0 }),
  /** WeChat Pay takes no query in a notify_url, and 255 characters. https://pay.weixin.qq.com/doc/v3/merchant/4012525167 */
  CALLBACK_BASE_URL: envBaseUrl({
    hint: 'set it to the public address of the ingress, such as https://callbacks.example.com',
  }).refine(
    (base) => toNotifyUrl(base, longestMchId).length <= mostNotifyUrlCharacters,
    `makes a notify_url of more than ${mostNotifyUrlCharacters} characters; choose a shorter one`,
  ),
};

/** The whole drain has 25 s, and the store wants some of it. */
const drainMs = 20_000;

/** @throws AppError CONFIG_INVALID that names every problem. */
export function loadMerchantApiConfig(env: NodeJS.ProcessEnv): MerchantApiConfig {
  const read = loadConfig(merchantApiShape, env);
  return Object.freeze({
    ...toServiceConfig(read, env),
    http: { host: read.HOST, port: read.PORT, drainMs, trustedProxies: read.TRUSTED_PROXIES },
    wechatPayApiUrl: read.WECHAT_PAY_API_URL,
    wechatApiUrl: read.WECHAT_API_URL,
    callbackBaseUrl: read.CALLBACK_BASE_URL,
  });
}

/** What loadCreateApiKeyConfig gives; `directory` as it was when the command began. */
export interface CreateApiKeyConfig {
  readonly mongo: { readonly uri: string };
  readonly directory: MerchantDirectory;
}

/** What the command create-api-key reads: fewer variables than the service. */
export function loadCreateApiKeyConfig(env: NodeJS.ProcessEnv = process.env): CreateApiKeyConfig {
  const read = loadConfig({ ...mongoShape, ...merchantsShape }, env);
  return {
    mongo: { uri: read.MONGODB_URI },
    directory: loadMerchantDirectory(read.MERCHANTS_FILE, env),
  };
}
