import {
  type DurableRedisConfig,
  envInteger,
  type ListenConfig,
  listenShape,
  loadConfig,
  type ServiceConfig,
  serviceShape,
  toConfigError,
  toServiceConfig,
  wechatPayShape,
} from '@huidiao/runtime';

/** WeChat Pay gives up after 5 s (https://pay.weixin.qq.com/doc/v3/merchant/4012075420); the rest is margin. */
const longestCallbackMs = 3_000;

/** Environment variables of the ingress. */
export const ingressShape = {
  ...serviceShape({ healthPort: 9090 }),
  ...listenShape({ port: 3000 }),
  /** A ciphertext alone may have 1,048,576 characters. */
  CALLBACK_MAX_BYTES: envInteger({ min: 1_024, max: 3_000_000, default: 1_500_000 }),
  /** Memory for all bodies in flight together; beyond it 503. */
  CALLBACK_MEMORY_BYTES: envInteger({ min: 1_048_576, max: 17_179_869_184, default: 134_217_728 }),
  CALLBACK_BODY_TIMEOUT_MS: envInteger({ min: 50, max: 4_000, default: 1_000 }),
  REDIS_TIMEOUT_MS: envInteger({ min: 50, max: 3_000, default: 700 }),
  /** What Redis did not take in time goes to the inbox in MongoDB. */
  INBOX_TIMEOUT_MS: envInteger({ min: 50, max: 3_000, default: 1_000 }),
  /** Where platform certificates are downloaded from, for merchants with `platform_certificates: auto`. */
  ...wechatPayShape,
  MAX_CONNECTIONS: envInteger({ min: 1, max: 1_000_000, default: 10_000 }),
} as const;

/** The variables of ingressShape by what they are for; times in milliseconds, sizes in bytes. */
export interface IngressConfig extends ServiceConfig {
  readonly http: ListenConfig;
  readonly redis: DurableRedisConfig & { readonly deadlineMs: number };
  readonly inbox: { readonly timeoutMs: number };
  readonly body: { readonly maxBytes: number; readonly timeoutMs: number; readonly budgetBytes: number };
  readonly maxConnections: number;
  readonly wechatPayApiUrl: string;
}

/** @throws AppError CONFIG_INVALID with every problem of the environment, or of the merchants file. */
export function loadIngressConfig(env: NodeJS.ProcessEnv): IngressConfig {
  const read = loadConfig(ingressShape, env);
  const callbackMs = read.CALLBACK_BODY_TIMEOUT_MS + read.REDIS_TIMEOUT_MS + read.INBOX_TIMEOUT_MS;
  if (callbackMs > longestCallbackMs) {
    throw toConfigError('the environment', [
      `CALLBACK_BODY_TIMEOUT_MS, REDIS_TIMEOUT_MS and INBOX_TIMEOUT_MS together exceed ${longestCallbackMs} ms; set them lower, for WeChat Pay waits 5 s`,
    ]);
  }
  const common = toServiceConfig(read, env);
  return Object.freeze({
    ...common,
    http: { host: read.HOST, port: read.PORT },
    redis: { ...common.redis, deadlineMs: read.REDIS_TIMEOUT_MS },
    inbox: { timeoutMs: read.INBOX_TIMEOUT_MS },
    body: {
      maxBytes: read.CALLBACK_MAX_BYTES,
      timeoutMs: read.CALLBACK_BODY_TIMEOUT_MS,
      budgetBytes: read.CALLBACK_MEMORY_BYTES,
    },
    maxConnections: read.MAX_CONNECTIONS,
    wechatPayApiUrl: read.WECHAT_PAY_API_URL,
  });
}
