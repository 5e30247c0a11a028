import { AppError } from '@huidiao/errors';
import type { Logger, Metrics } from '@huidiao/runtime';
import type { Redis } from 'ioredis';
import { type Durability, judgeDurability } from './judge-durability.ts';
import { readRedisSettings } from './read-redis-settings.ts';

/** Lets jobs pass only into a Redis that was seen to keep them. */
export interface DurabilityGate {
  /**
   * Resolves when the Redis connected to now is durable. Rejects `QUEUE_UNAVAILABLE` when there is no connection
   * or Redis cannot be asked, `QUEUE_NOT_DURABLE` when its settings are wrong.
   */
  pass(): Promise<void>;
  /** Whether `pass` would let a job through without asking. */
  isOpen(): boolean;
  close(): void;
}

export interface DurabilityGateOptions {
  readonly redis: Redis;
  readonly durability: Durability;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /**
   * Settings can be changed on a running server, and what is added then may be lost: how old an answer may become.
   * Default 1 s.
   */
  readonly recheckMs?: number;
  /**
   * While Redis is not durable: how often to look again without being asked to, and how often adds may. Default 1 s.
   */
  readonly leastRecheckMs?: number;
}

interface Verdict {
  readonly problems: readonly string[];
  readonly isReplica: boolean;
  readonly at: number;
}

/**
 * A failover may land on a server with other settings, so what was seen counts for one connection only: it is
 * forgotten when the connection closes and asked anew once the next one is ready, before anything is added.
 *
 * A failover may also leave the connection on the old primary, which goes on as a replica. Nothing is written to
 * it, so that no READONLY ever makes the client reconnect: this does, and finds out where the address leads by now.
 */
export function createDurabilityGate(options: DurabilityGateOptions): DurabilityGate {
  const { redis, durability, recheckMs = 1_000, leastRecheckMs = 1_000 } = options;
  const report = createReporter(options);
  let verdict: Verdict | undefined;
  let asking: Promise<Verdict> | undefined;
  let connection = 0;

  const ask = (): Promise<Verdict> => {
    const asked = connection;
    asking ??= readRedisSettings(redis, durability)
      .then((settings) => {
        if (asked !== connection) throw new Error('the connection closed while its settings were read');
        verdict = {
          problems: judgeDurability(settings, durability),
          isReplica: settings.role === 'slave',
          at: performance.now(),
        };
        report.seen(verdict.problems, settings.config.appendfsync);
        return verdict;
      })
      .finally(() => {
        if (asked === connection) asking = undefined;
      });
    return asking;
  };
  const askQuietly = (): void => {
    if (redis.status === 'ready') ask().catch(() => undefined);
  };
  const forget = (): void => {
    connection += 1;
    verdict = undefined;
    asking = undefined;
    report.lost();
  };
  const look = (): void => {
    if (redis.status !== 'ready') return;
    if (verdict?.isReplica) redis.disconnect(true);
    else if (!isGood(verdict) || performance.now() - verdict.at >= recheckMs) askQuietly();
  };

  redis.on('ready', askQuietly);
  redis.on('close', forget);
  const timer = setInterval(look, leastRecheckMs);
  timer.unref();

  return {
    isOpen: () => redis.status === 'ready' && isGood(verdict),
    async pass() {
      if (redis.status !== 'ready') throw unavailable('Redis is not connected');
      const stale = verdict === undefined || isWorthAsking(verdict, leastRecheckMs);
      const current = stale ? await ask().catch(toUnavailable) : verdict;
      if (current && current.problems.length > 0) throw notDurable(current.problems);
    },
    close() {
      clearInterval(timer);
      redis.off('ready', askQuietly);
      redis.off('close', forget);
    },
  };
}

function isGood(verdict: Verdict | undefined): verdict is Verdict {
  return verdict?.problems.length === 0;
}

function isWorthAsking(verdict: Verdict, leastRecheckMs: number): boolean {
  return verdict.problems.length > 0 && performance.now() - verdict.at >= leastRecheckMs;
}

function toUnavailable(cause: unknown): never {
  throw unavailable('the settings of Redis could not be read', cause);
}

function unavailable(message: string, cause?: unknown): AppError {
  return new AppError('QUEUE_UNAVAILABLE', { message, cause });
}

function notDurable(problems: readonly string[]): AppError {
  const listed = problems.join('; ');
  return new AppError('QUEUE_NOT_DURABLE', {
    message: `Redis would lose jobs: ${listed}`,
    details: { problems: listed },
  });
}

/** A line whenever what Redis says changes, and a gauge to raise an alarm by. */
function createReporter({ durability, logger, metrics }: DurabilityGateOptions) {
  const gauge = metrics.gauge({
    name: 'huidiao_redis_durable',
    help: '1 when Redis keeps what it acknowledges, 0 when it would lose jobs or is away.',
  });
  let reported = '';
  const seen = (problems: readonly string[], appendfsync: string | undefined): void => {
    gauge.set({}, problems.length === 0 ? 1 : 0);
    const report = JSON.stringify([problems, appendfsync]);
    if (report === reported) return;
    reported = report;
    const fields = { event: 'redis.durability', durability, appendfsync, problems };
    if (problems.length > 0) logger.error(fields, 'redis.durability');
    // Not what an acknowledgement should rest on: allowed because somebody asked for it, and said so.
    else if (durability === 'unchecked' || appendfsync !== 'always') logger.warn(fields, 'redis.durability');
    else logger.info(fields, 'redis.durability');
  };
  return { seen, lost: () => gauge.set({}, 0) };
}
