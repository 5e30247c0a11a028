import {
  envInteger,
  jobsShape,
  loadConfig,
  type ServiceConfig,
  serviceShape,
  toServiceConfig,
  wechatShape,
} from '@huidiao/runtime';

/** The variables of messageWorkerShape by what they are for; times in milliseconds. */
export interface MessageWorkerConfig extends ServiceConfig {
  readonly wechatApiUrl: string;
  /** Messages that this process sends at once, each to another buyer. */
  readonly concurrency: number;
  readonly jobLockMs: number;
  readonly drainMs: number;
}

/** Environment variables of the message-worker. */
export const messageWorkerShape = {
  ...serviceShape({ healthPort: 9093 }),
  ...wechatShape,
  ...jobsShape,
  WORKER_CONCURRENCY: envInteger({ min: 1, max: 500, default: 20 }),
};

/** The whole drain has 25 s, and the connections want some of it. */
const drainMs = 20_000;

/** @throws AppError CONFIG_INVALID that names every problem. */
export function loadMessageWorkerConfig(env: NodeJS.ProcessEnv): MessageWorkerConfig {
  const read = loadConfig(messageWorkerShape, env);
  return Object.freeze({
    ...toServiceConfig(read, env),
    wechatApiUrl: read.WECHAT_API_URL,
    concurrency: read.WORKER_CONCURRENCY,
    jobLockMs: read.JOB_LOCK_MS,
    drainMs,
  });
}
