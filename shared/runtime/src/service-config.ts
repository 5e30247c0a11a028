import type { MerchantDirectory } from '@huidiao/contracts';
import { envPort } from './environment-text.ts';
import type { ConfigOf } from './load-config.ts';
import { createLiveDirectory } from './merchant-directory/live-directory.ts';
import { commonShape, merchantsShape, mongoShape, redisShape } from './shared-shapes.ts';

/** The variables that every service reads; what it reads besides stands beside them in a shape of its own. */
export function serviceShape(defaults: { readonly healthPort: number }) {
  return {
    ...commonShape,
    ...redisShape,
    ...mongoShape,
    ...merchantsShape,
    HEALTH_PORT: envPort({ default: defaults.healthPort }),
  } as const;
}

/** What `loadConfig` gives for `serviceShape`. */
export type ServiceVariables = ConfigOf<ReturnType<typeof serviceShape>>;

/** Where Redis is, and what begins every key. */
export interface RedisConfig {
  readonly url: string;
  readonly prefix: string;
}

/** The same for a service that adds jobs: what Redis must promise of each, and how many replicas must have it. */
export interface DurableRedisConfig extends RedisConfig {
  readonly appendfsync: ServiceVariables['REDIS_APPENDFSYNC'];
  readonly waitReplicas: number;
}

/** An address to listen on; port 0 is any free one. */
export interface ListenConfig {
  readonly host: string;
  readonly port: number;
}

/** What the configuration of every service has, by what it is for; the `redis` of one that adds jobs is a DurableRedisConfig. */
export interface ServiceConfig {
  readonly logLevel: string;
  readonly health: ListenConfig;
  readonly redis: RedisConfig;
  readonly mongo: { readonly uri: string };
  readonly directory: MerchantDirectory;
}

/**
 * The common part of a service's configuration, with the merchants file read.
 *
 * @throws AppError CONFIG_INVALID with every problem of the merchants file
 */
export function toServiceConfig(
  read: ServiceVariables,
  env: NodeJS.ProcessEnv,
): ServiceConfig & { readonly redis: DurableRedisConfig } {
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
    directory: createLiveDirectory({ file: read.MERCHANTS_FILE, env }),
  };
}

/** Redis by the names that a producer of jobs has for its settings. */
export function toProducerSettings({ url, prefix, appendfsync, waitReplicas }: DurableRedisConfig) {
  return { redis: { url }, prefix, durability: appendfsync, waitReplicas } as const;
}
