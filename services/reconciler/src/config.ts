import { commonShape, envInteger, envPort, loadConfig, mongoShape, redisShape } from '@huidiao/runtime';

/** Environment variables of the reconciler. */
export const reconcilerShape = {
  ...commonShape,
  ...redisShape,
  ...mongoShape,
  HEALTH_PORT: envPort({ default: 9094 }),
  /** Between two looks for effects whose time has come. */
  EFFECTS_INTERVAL_MS: envInteger({ min: 50, max: 600_000, default: 1_000 }),
  /** An effect whose job was added again is left alone for this long. */
  EFFECT_LEASE_MS: envInteger({ min: 1_000, max: 3_600_000, default: 60_000 }),
  /** Between two looks for jobs that failed without a dead letter. */
  SWEEP_INTERVAL_MS: envInteger({ min: 50, max: 600_000, default: 5_000 }),
  /** The most effects or jobs of one look. */
  ROUND_LIMIT: envInteger({ min: 1, max: 10_000, default: 500 }),
} as const;

export interface ReconcilerConfig {
  readonly logLevel: string;
  readonly health: { readonly host: string; readonly port: number };
  readonly redis: {
    readonly url: string;
    readonly prefix: string;
    readonly appendfsync: 'always' | 'everysec' | 'unchecked';
    readonly waitReplicas: number;
  };
  readonly mongo: { readonly uri: string };
  readonly effects: { readonly intervalMs: number; readonly leaseMs: number; readonly limit: number };
  readonly sweep: { readonly intervalMs: number; readonly limit: number };
}

/** @throws AppError CONFIG_INVALID with every problem of the environment. */
export function loadReconcilerConfig(env: NodeJS.ProcessEnv): ReconcilerConfig {
  const read = loadConfig(reconcilerShape, env);
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
    effects: { intervalMs: read.EFFECTS_INTERVAL_MS, leaseMs: read.EFFECT_LEASE_MS, limit: read.ROUND_LIMIT },
    sweep: { intervalMs: read.SWEEP_INTERVAL_MS, limit: read.ROUND_LIMIT },
  };
}
