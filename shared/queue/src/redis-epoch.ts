import { randomUUID } from 'node:crypto';
import { AppError } from '@huidiao/errors';
import { closeRedis, createRedis, type Logger } from '@huidiao/runtime';

/**
 * A mark that a Redis bears for as long as it has its data. A Redis that was emptied, restarted without its files
 * or replaced by a new one bears none, or another one: then all jobs that it had acknowledged are gone.
 */
export interface RedisEpoch {
  /** The epoch of the Redis connected to now; undefined when it has none. */
  read(): Promise<string | undefined>;
  /** Begins an epoch where there is none. Gives the one that there is then: all who begin at once get the same. */
  begin(): Promise<string>;
  close(): Promise<void>;
}

/** Key of the epoch. It begins like every other key, so that two installations on one Redis do not share it. */
export function toEpochKey(prefix: string): string {
  return `${prefix}:epoch`;
}

/** `read` and `begin` reject with `QUEUE_UNAVAILABLE` within seconds when Redis is away or takes no writes. */
export function createRedisEpoch(options: {
  readonly redis: { readonly url: string };
  readonly prefix: string;
  readonly logger: Logger;
}): RedisEpoch {
  const redis = createRedis('command', { url: options.redis.url, name: 'epoch' }, options.logger);
  const key = toEpochKey(options.prefix);
  return {
    async read() {
      return (await redis.get(key).catch(toUnavailable)) ?? undefined;
    },
    async begin() {
      // One transaction: SET with both NX and GET needs Redis 7.
      const replies = await redis.multi().set(key, randomUUID(), 'NX').get(key).exec().catch(toUnavailable);
      const [error, epoch] = replies?.[1] ?? [undefined, undefined];
      if (typeof epoch === 'string') return epoch;
      return toUnavailable(error);
    },
    close: () => closeRedis(redis),
  };
}

function toUnavailable(cause: unknown): never {
  throw new AppError('QUEUE_UNAVAILABLE', { message: 'the epoch of Redis could not be read', cause });
}
