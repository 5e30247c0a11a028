import { createLogger, createRedis } from '@huidiao/runtime';
import { versionProblem } from './redis-version.ts';
import { durableSettings } from './start-redis.ts';

/**
 * Why callbacks could not be acknowledged with the Redis of REDIS_URL, in words; undefined when they can. The
 * ingress finds out by itself and answers 503: this says so before the purchase waits for it in vain.
 */
export async function durabilityProblem(url: string, appendfsync = 'always'): Promise<string | undefined> {
  const logger = createLogger({ service: 'local', level: 'silent' });
  const redis = createRedis('command', { url, name: 'local' }, logger);
  try {
    const old = versionProblem(/^redis_version:(\S+)/m.exec(await redis.info('server'))?.[1]);
    if (old)
      return `The Redis of REDIS_URL, ${new URL(url).host}, ${old}. Without REDIS_URL one is found or brought.`;
    const wanted = {
      appendonly: ['yes'],
      appendfsync: ['always', appendfsync],
      'no-appendfsync-on-rewrite': ['no'],
      'maxmemory-policy': ['noeviction'],
    };
    if (appendfsync === 'unchecked') return undefined;
    const found = Object.entries(wanted).map(async ([name, good]) => {
      const [, value = 'not readable'] = (await redis.config('GET', name)) as string[];
      return good.includes(value) ? [] : [`${name} is ${value}, not ${good.at(-1)}`];
    });
    const wrong = (await Promise.all(found)).flat();
    return wrong.length === 0
      ? undefined
      : `The Redis of REDIS_URL would lose callbacks: ${wrong.join('; ')}.\nStart it with: redis-server ${durableSettings.map((word) => word || "''").join(' ')}`;
  } catch (error) {
    // Without user and password.
    return `The Redis of REDIS_URL, ${new URL(url).host}, does not answer: ${toReason(error as Error)}.\nIs it running, and is that its address? Without REDIS_URL a Redis is found or brought.`;
  } finally {
    redis.disconnect();
  }
}

/** ioredis tells of the limit that it was given and not of what happened. */
function toReason({ name, message }: Error): string {
  return name === 'MaxRetriesPerRequestError' ? 'nothing takes the connection there' : message;
}
