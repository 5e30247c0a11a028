import {
  type DurableRedisConfig,
  envInteger,
  jobsShape,
  loadConfig,
  type ServiceConfig,
  serviceShape,
  toServiceConfig,
  wechatPayShape,
  wechatShape,
} from '@huidiao/runtime';

/** Environment variables of the order-worker. */
export const orderWorkerShape = {
  ...serviceShape({ healthPort: 9092 }),
  ...wechatPayShape,
  ...wechatShape,
  ...jobsShape,
  /** Jobs of each of its queues at once. */
  WORKER_CONCURRENCY: envInteger({ min: 1, max: 1_000, default: 32 }),
  /** After this the reconciler adds the job of an effect whose result is not recorded. */
  EFFECT_GRACE_MS: envInteger({ min: 100, max: 600_000, default: 10_000 }),
  /** On SIGTERM, how long a job may go on. */
  DRAIN_MS: envInteger({ min: 0, max: 24_000, default: 20_000 }),
} as const;

/** The variables of orderWorkerShape by what they are for; times in milliseconds, `concurrency` in jobs of each queue. */
export interface OrderWorkerConfig extends ServiceConfig {
  readonly redis: DurableRedisConfig;
  readonly wechatPayApiUrl: string;
  readonly wechatApiUrl: string;
  readonly concurrency: number;
  readonly effectGraceMs: number;
  readonly jobLockMs: number;
  readonly drainMs: number;
}

/** @throws AppError CONFIG_INVALID with every problem of the environment, or of the merchants file. */
export function loadOrderWorkerConfig(env: NodeJS.ProcessEnv): OrderWorkerConfig {
  const read = loadConfig(orderWorkerShape, env);
  return Object.freeze({
    ...toServiceConfig(read, env),
    wechatPayApiUrl: read.WECHAT_PAY_API_URL,
    wechatApiUrl: read.WECHAT_API_URL,
    concurrency: read.WORKER_CONCURRENCY,
    effectGraceMs: read.EFFECT_GRACE_MS,
    jobLockMs: read.JOB_LOCK_MS,
    drainMs: read.DRAIN_MS,
  });
}
