import { AppError } from '@huidiao/errors';
import { Redis, type RedisOptions } from 'ioredis';
import { isUrl } from './is-url.ts';
import type { Logger } from './logger.ts';
import { reportOutages } from './report-outages.ts';

/**
 * - `producer`: a request waits for the answer. Nothing is queued while Redis is away, so that it fails at once.
 * - `worker`: BullMQ's worker, which blocks on purpose and waits out any outage.
 * - `command`: a few commands of a job. A command waits for the first connection, and no longer than 2 s.
 */
export type RedisPurpose = 'producer' | 'worker' | 'command';

/** Options of ioredis; how replies are mapped is part of the client's type and stays as it is. */
export type RedisOverrides = Omit<RedisOptions, 'replyMapping'>;

/*
 * socketTimeout counts while answers are owed only. Without it a connection whose peer fell silent (a node that
 * was cut off sends no FIN) stays "ready" for the quarter of an hour in which the kernel goes on re-sending, and
 * each command on it times out.
 */
const optionsByPurpose = {
  producer: {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: 1_000,
    socketTimeout: 3_000,
    connectTimeout: 2_000,
  },
  worker: {
    // BullMQ insists on null. It blocks for at most 10 s at a time.
    maxRetriesPerRequest: null,
    socketTimeout: 30_000,
    connectTimeout: 5_000,
  },
  command: {
    maxRetriesPerRequest: 1,
    commandTimeout: 2_000,
    socketTimeout: 3_000,
    connectTimeout: 2_000,
  },
} as const satisfies Record<RedisPurpose, RedisOptions>;

/**
 * A connection that begins to connect at once and never gives up. It has an error handler, which writes one
 * line per outage and one at its end.
 *
 * @param connection.url `redis://` or, with TLS, `rediss://`
 * @param connection.name shown by CLIENT LIST
 * @param overrides options of ioredis that this connection wants otherwise than its purpose says
 * @throws AppError CONFIG_INVALID for a URL that is none; the error does not repeat it.
 */
export function createRedis(
  purpose: RedisPurpose,
  connection: { readonly url: string; readonly name: string },
  logger: Logger,
  overrides: RedisOverrides = {},
): Redis {
  if (!isUrl(connection.url)) {
    throw new AppError('CONFIG_INVALID', { message: 'the URL of Redis is malformed' });
  }
  const options: RedisOverrides = {
    ...optionsByPurpose[purpose],
    ...overrides,
    // ioredis holds the process this long after disconnect() when the connection was away (AbstractConnector).
    disconnectTimeout: 500,
    connectionName: connection.name,
    retryStrategy: toReconnectDelayMs,
    // After a failover the old primary answers as a replica: connect again and find the new one. Before version 7,
    // Redis wraps what a script ran into: `ERR Error running script …: -READONLY You can't write …`.
    reconnectOnError: (error) => error.message.includes('READONLY'),
  };
  const redis = new Redis(connection.url, options);
  reportOutages(redis, connection, logger);
  return redis;
}

/** 50 ms to 1 s, with jitter so that a pool does not come back in step. */
function toReconnectDelayMs(times: number): number {
  return Math.round(Math.min(1_000, 50 * times) * (0.75 + Math.random() / 4));
}

const quitWithinMs = 1_000;

/** Says goodbye if Redis is there, and closes the connection in any case, within a second. */
export async function closeRedis(redis: Redis): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  if (redis.status === 'ready') {
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, quitWithinMs);
    });
    await Promise.race([redis.quit().catch(() => undefined), late]);
    clearTimeout(timer);
  }
  redis.disconnect();
}
