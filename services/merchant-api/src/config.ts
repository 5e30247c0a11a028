import type { MerchantDirectory } from '@huidiao/contracts';
import {
  commonShape,
  createLiveDirectory,
  envBaseUrl,
  envInteger,
  envPort,
  listenShape,
  loadConfig,
  loadMerchantDirectory,
  merchantsShape,
  mongoShape,
  redisShape,
} from '@huidiao/runtime';
import { longestMchId, mostNotifyUrlCharacters, toNotifyUrl } from './orders/notify-url.ts';

export interface MerchantApiConfig {
  readonly logLevel: string;
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly drainMs: number;
    readonly trustedProxies: number;
  };
  readonly health: { readonly host: string; readonly port: number };
  readonly redis: {
    readonly url: string;
    readonly prefix: string;
    readonly appendfsync: 'always' | 'everysec' | 'unchecked';
    readonly waitReplicas: number;
  };
  readonly mongo: { readonly uri: string };
  readonly wechatPayApiUrl: string;
  readonly wechatApiUrl: string;
  /** Where the internet reaches the ingress; without a slash at the end. */
  readonly callbackBaseUrl: string;
  readonly directory: MerchantDirectory;
}

/** Environment variables of merchant-api. */
export const merchantApiShape = {
  ...commonShape,
  ...listenShape({ port: 3001 }),
  ...redisShape,
  ...mongoShape,
  ...merchantsShape,
  HEALTH_PORT: envPort({ default: 9091 }),
  /** Proxies before us that add an address to X-Forwarded-For; rates of users without a key are counted by it. */
  TRUSTED_PROXIES: envInteger({ min: 0, max: 10, default: 0 }),
  WECHAT_PAY_API_URL: envBaseUrl({ default: 'https://api.mch.weixin.qq.com' }),
  WECHAT_API_URL: envBaseUrl({ default: 'https://api.weixin.qq.com' }),
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
  const variables = loadConfig(merchantApiShape, env);
  return Object.freeze({
    logLevel: variables.LOG_LEVEL,
    http: { host: variables.HOST, port: variables.PORT, drainMs, trustedProxies: variables.TRUSTED_PROXIES },
    health: { host: variables.HEALTH_HOST, port: variables.HEALTH_PORT },
    redis: {
      url: variables.REDIS_URL,
      prefix: variables.REDIS_PREFIX,
      appendfsync: variables.REDIS_APPENDFSYNC,
      waitReplicas: variables.REDIS_WAIT_REPLICAS,
    },
    mongo: { uri: variables.MONGODB_URI },
    wechatPayApiUrl: variables.WECHAT_PAY_API_URL,
    wechatApiUrl: variables.WECHAT_API_URL,
    callbackBaseUrl: variables.CALLBACK_BASE_URL,
    directory: createLiveDirectory({ file: variables.MERCHANTS_FILE, env }),
  });
}

/** What loadCreateApiKeyConfig gives; `directory` as it was when the command began. */
export interface CreateApiKeyConfig {
  readonly mongo: { readonly uri: string };
  readonly directory: MerchantDirectory;
}

/** What the command create-api-key reads: fewer variables than the service. */
export function loadCreateApiKeyConfig(env: NodeJS.ProcessEnv = process.env): CreateApiKeyConfig {
  const variables = loadConfig({ ...mongoShape, ...merchantsShape }, env);
  return {
    mongo: { uri: variables.MONGODB_URI },
    directory: loadMerchantDirectory(variables.MERCHANTS_FILE, env),
  };
}
