import { tmpdir } from 'node:os';
import {
  type DurableRedisConfig,
  envInteger,
  loadConfig,
  type ServiceConfig,
  serviceShape,
  toServiceConfig,
  wechatPayShape,
  wechatShape,
} from '@huidiao/runtime';

/** Environment variables of the reconciler. */
export const reconcilerShape = {
  ...serviceShape({ healthPort: 9094 }),
  ...wechatPayShape,
  ...wechatShape,
  /** Between two looks for effects whose time has come. */
  EFFECTS_INTERVAL_MS: envInteger({ min: 50, max: 600_000, default: 1_000 }),
  /** An effect whose job was added again is left alone for this long. */
  EFFECT_LEASE_MS: envInteger({ min: 1_000, max: 3_600_000, default: 60_000 }),
  /** Between two looks into the inbox. */
  INBOX_INTERVAL_MS: envInteger({ min: 50, max: 600_000, default: 1_000 }),
  /** A row of the inbox whose job is being added is left alone for this long. */
  INBOX_LEASE_MS: envInteger({ min: 1_000, max: 3_600_000, default: 30_000 }),
  /** Between two looks for the open orders of a merchant that are to be asked about. */
  QUERY_INTERVAL_MS: envInteger({ min: 50, max: 600_000, default: 1_000 }),
  /** An order that is asked about is left alone for this long. One order takes up to three calls of 5 s each. */
  QUERY_LEASE_MS: envInteger({ min: 30_000, max: 3_600_000, default: 30_000 }),
  /** Orders of one merchant that are asked about at once. */
  QUERY_CONCURRENCY: envInteger({ min: 1, max: 500, default: 16 }),
  /** Between two looks whether Redis has lost its data. */
  EPOCH_INTERVAL_MS: envInteger({ min: 50, max: 600_000, default: 1_000 }),
  /** Between two looks for jobs that failed without a dead letter. */
  SWEEP_INTERVAL_MS: envInteger({ min: 50, max: 600_000, default: 5_000 }),
  /** Between two looks for paid orders whose shipment nobody has uploaded. */
  SHIPPING_INTERVAL_MS: envInteger({ min: 50, max: 3_600_000, default: 300_000 }),
  /** Between two looks for days whose bill is to be checked. */
  BILL_INTERVAL_MS: envInteger({ min: 50, max: 3_600_000, default: 30_000 }),
  /** A bill that is being checked is left to whoever does it for this long; a check goes on prolonging it. */
  BILL_LEASE_MS: envInteger({ min: 10_000, max: 3_600_000, default: 300_000 }),
  /** The most bytes of a bill, unpacked. */
  BILL_MAX_BYTES: envInteger({ min: 1_000_000, max: 1_000_000_000_000, default: 80_000_000_000 }),
  /** The most lines of a bill. */
  BILL_MAX_LINES: envInteger({ min: 1_000, max: 1_000_000_000, default: 200_000_000 }),
  /** The most effects, jobs, rows or orders of one look. */
  ROUND_LIMIT: envInteger({ min: 1, max: 10_000, default: 500 }),
} as const;

/** The variables of reconcilerShape by what they are for; times in milliseconds, `limit` in things of one look. */
export interface ReconcilerConfig extends ServiceConfig {
  readonly redis: DurableRedisConfig;
  readonly wechatPayApiUrl: string;
  readonly wechatApiUrl: string;
  readonly effects: { readonly intervalMs: number; readonly leaseMs: number; readonly limit: number };
  readonly inbox: { readonly intervalMs: number; readonly leaseMs: number; readonly limit: number };
  readonly queries: {
    readonly intervalMs: number;
    readonly leaseMs: number;
    readonly concurrency: number;
    readonly limit: number;
  };
  readonly epoch: { readonly intervalMs: number; readonly limit: number };
  readonly sweep: { readonly intervalMs: number; readonly limit: number };
  readonly shipping: { readonly intervalMs: number; readonly limit: number };
  readonly bills: {
    readonly intervalMs: number;
    readonly leaseMs: number;
    /** Where the lines that are ours lie while a bill is checked: the system's folder, which TMPDIR moves. */
    readonly folder: string;
    readonly mostBytes: number;
    readonly mostRows: number;
  };
}

/** @throws AppError CONFIG_INVALID with every problem of the environment, or of the merchants file. */
export function loadReconcilerConfig(env: NodeJS.ProcessEnv): ReconcilerConfig {
  const read = loadConfig(reconcilerShape, env);
  const limit = read.ROUND_LIMIT;
  return Object.freeze({
    ...toServiceConfig(read, env),
    wechatPayApiUrl: read.WECHAT_PAY_API_URL,
    wechatApiUrl: read.WECHAT_API_URL,
    effects: { intervalMs: read.EFFECTS_INTERVAL_MS, leaseMs: read.EFFECT_LEASE_MS, limit },
    inbox: { intervalMs: read.INBOX_INTERVAL_MS, leaseMs: read.INBOX_LEASE_MS, limit },
    queries: {
      intervalMs: read.QUERY_INTERVAL_MS,
      leaseMs: read.QUERY_LEASE_MS,
      concurrency: read.QUERY_CONCURRENCY,
      limit,
    },
    epoch: { intervalMs: read.EPOCH_INTERVAL_MS, limit },
    sweep: { intervalMs: read.SWEEP_INTERVAL_MS, limit },
    shipping: { intervalMs: read.SHIPPING_INTERVAL_MS, limit },
    bills: {
      intervalMs: read.BILL_INTERVAL_MS,
      leaseMs: read.BILL_LEASE_MS,
      folder: tmpdir(),
      mostBytes: read.BILL_MAX_BYTES,
      mostRows: read.BILL_MAX_LINES,
    },
  });
}
