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

export interface MessageWorkerConfig {
  readonly logLevel: string;
  readonly health: { readonly host: string; readonly port: number };
  readonly redis: { readonly url: string; readonly prefix: string };
  readonly mongo: { readonly uri: string };
  readonly wechatApiUrl: string;
  /** Messages that this process sends at once, each to another buyer. */
  readonly concurrency: number;
  readonly jobLockMs: number;
  readonly drainMs: number;
  readonly directory: MerchantDirectory;
}

/** Environment variables of the message-worker. */
export const messageWorkerShape = {
  ...commonShape,
  ...redisShape,
  ...mongoShape,
  ...merchantsShape,
  HEALTH_PORT: envPort({ default: 9093 }),
  WECHAT_API_URL: envBaseUrl({ default: 'https://api.weixin.qq.com' }),
  WORKER_CONCURRENCY: envInteger({ min: 1, max: 500, default: 20 }),
  /** A killed worker's job is found by another after one to two of these; a worker that stands still longer loses its own. */
  JOB_LOCK_MS: envInteger({ min: 1_000, max: 300_000, default: 30_000 }),
};

/** The whole drain has 25 s, and the connections want some of it. */
const drainMs = 20_000;

/** @throws AppError CONFIG_INVALID that names every problem. */
export function loadMessageWorkerConfig(env: NodeJS.ProcessEnv): MessageWorkerConfig {
  const variables = loadConfig(messageWorkerShape, env);
  return Object.freeze({
    logLevel: variables.LOG_LEVEL,
    health: { host: variables.HEALTH_HOST, port: variables.HEALTH_PORT },
    redis: { url: variables.REDIS_URL, prefix: variables.REDIS_PREFIX },
    mongo: { uri: variables.MONGODB_URI },
    wechatApiUrl: variables.WECHAT_API_URL,
    concurrency: variables.WORKER_CONCURRENCY,
    jobLockMs: variables.JOB_LOCK_MS,
    drainMs,
    directory: createLiveDirectory({ file: variables.MERCHANTS_FILE, env }),
  });
}
