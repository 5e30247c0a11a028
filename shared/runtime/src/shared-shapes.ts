import {
  envBaseUrl,
  envChoice,
  envInteger,
  envMongoUri,
  envPort,
  envText,
  envUrl,
} from './environment-text.ts';

/** Variables of every process. A service gives HEALTH_PORT a default of its own by naming it again. */
export const commonShape = {
  LOG_LEVEL: envChoice(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], { default: 'info' }),
  /** The second port: liveness, readiness, metrics. Never reachable from the internet. */
  HEALTH_HOST: envText({ default: '0.0.0.0' }),
  HEALTH_PORT: envPort({ default: 9090 }),
} as const;

/** Variables of a process that listens for HTTP requests. */
export function listenShape(defaults: { port: number }) {
  return { HOST: envText({ default: '0.0.0.0' }), PORT: envPort({ default: defaults.port }) } as const;
}

/** Variables of a process that uses Redis. */
export const redisShape = {
  REDIS_URL: envUrl({
    protocols: ['redis:', 'rediss:'],
    hint: 'set it to the address of Redis, such as redis://:password@host:6379/0',
  }),
  /** Begins every key, so that several installations can share one Redis. */
  REDIS_PREFIX: envText({
    default: 'huidiao',
    pattern: /^[0-9A-Za-z_{}-]{1,64}$/,
    hint: 'set it to at most 64 of the characters 0-9 A-Z a-z _ - { }',
  }),
  /**
   * What an acknowledgement promises. `always`: Redis must run with appendfsync always. `everysec`: up to a
   * second of acknowledged callbacks may be lost with the machine. `unchecked`: Redis' settings are not looked
   * at, for providers that forbid CONFIG GET.
   */
  REDIS_APPENDFSYNC: envChoice(['always', 'everysec', 'unchecked'], { default: 'always' }),
  /** Replicas that must have a job before its callback is acknowledged. */
  REDIS_WAIT_REPLICAS: envInteger({ min: 0, max: 5, default: 0 }),
} as const;

/** Variables of a process that uses MongoDB. */
export const mongoShape = { MONGODB_URI: envMongoUri() } as const;

/** Variables of a process that works for merchants. */
export const merchantsShape = {
  MERCHANTS_FILE: envText({ hint: 'set it to the path of the JSON file that names merchants and apps' }),
} as const;

/** Variables of a process that asks WeChat Pay. */
export const wechatPayShape = {
  WECHAT_PAY_API_URL: envBaseUrl({ default: 'https://api.mch.weixin.qq.com' }),
} as const;

/** Variables of a process that calls the mini-program API. */
export const wechatShape = { WECHAT_API_URL: envBaseUrl({ default: 'https://api.weixin.qq.com' }) } as const;

/** Variables of a process that works jobs. */
export const jobsShape = {
  /** A killed worker's job is found by another after one to two of these; a worker that stands still longer loses its own. */
  JOB_LOCK_MS: envInteger({ min: 1_000, max: 300_000, default: 30_000 }),
} as const;
