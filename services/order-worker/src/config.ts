import type { MerchantDirectory } from '@huidiao/contracts';
import {
  commonShape,
  createLiveDirectory,
  envBaseUrl,
  envInteger,
  envPort,
  loadConfig,
  merchantsShape,
  mongoShape,
  redisShape,
} from '@huidiao/runtime';

/** Environment variables of the order-worker. */
export const orderWorkerShape = {
  ...commonShape,
  ...redisShape,
  ...mongoShape,
  ...merchantsShape,
  HEALTH_PORT: envPort({ default: 9092 }),
  WECHAT_PAY_API_URL: envBaseUrl({ default: 'https://api.mch.weixin.qq.com' }),
  WECHAT_API_URL: envBaseUrl({ default: 'https://api.weixin.qq.com' }),
  /** Jobs of each of its queues at once. */
  WORKER_CONCURRENCY: envInteger({ min: 1, max: 1_000, default: 32 }),
  /** After this the reconciler adds the job of an effect whose result is not recorded. */
  EFFECT_GRACE_MS: envInteger({ min: 100, max: 600_000, default: 10_000 }),
  /** A killed worker's job is found by another after one to two of these; a worker that stands still longer loses its own. */
  JOB_LOCK_MS: envInteger({ min: 1_000, max: 300_000, default: 30_000 }),
  /** On SIGTERM, how long a job may go on. */
  DRAIN_MS: envInteger({ min: 0, max: 24_000, default: 20_000 }),
} as const;

/** The variables of orderWorkerShape by what they are for; times in milliseconds, `concurrency` in jobs of each queue. */
export interface OrderWorkerConfig {
  readonly logLevel: string;
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
  readonly concurrency: number;
  readonly effectGraceMs: number;
  readonly jobLockMs: number;
  readonly drainMs: number;
  readonly directory: MerchantDirectory;
}

/** @throws AppError CONFIG_INVALID with every problem of the environment, or of the merchants file. */
export function loadOrderWorkerConfig(env: NodeJS.ProcessEnv): OrderWorkerConfig {
  const read = loadConfig(orderWorkerShape, env);
  return {
    logLevel: read.LOG_LEVEL,
    health: { host: read.HEALTH_HOST, port: read.HEALTH_PORT },
    redis: {
      url: read.REDIS_URL,
      prefix: read.REDIS_PREFIX,
      appendfsync: read.REDIS_APPENDFSYNC,
      waitReplicas: read.REDIS_WAIT_REPLICAS,
    },
    mongo: { uri: read.MONGODB_URI },
    wechatPayApiUrl: read.WECHAT_PAY_API_URL,
    wechatApiUrl: read.WECHAT_API_URL,
    concurrency: read.WORKER_CONCURRENCY,
    effectGraceMs: read.EFFECT_GRACE_MS,
    jobLockMs: read.JOB_LOCK_MS,
    drainMs: read.DRAIN_MS,
    directory: createLiveDirectory({ file: read.MERCHANTS_FILE, env }),
  };
}
