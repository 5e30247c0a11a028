import { createLogger, createRedis } from '@huidiao/runtime';
import { durableSettings } from './start-redis.ts';

/**
 * Why callbacks could not be acknowledged with the Redis of REDIS_URL, in words; undefined when they can. The
 * ingress finds out by itself and answers 503: this says so before the purchase waits for it in vain.
 */
export async function durabilityProblem(url: string, appendfsync = 'always'): Promise<string | undefined> {
  const logger = createLogger({ service: 'local', level: 'silent' });
  const redis = createRedis('command', { url, name: 'local' }, logger);
  try {
    const wanted = {
      appendonly: ['yes'],
      appendfsync: ['always', appendfsync],
      'no-appendfsync-on-rewrite': ['no'],
      'maxmemory-policy': ['noeviction'],
    };
    if (appendfsync === 'unchecked') {
      await redis.ping();
      return undefined;
    }
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
    return `The Redis of REDIS_URL, ${new URL(url).host}, does not answer: ${(error as Error).message}`;
  } finally {
    redis.disconnect();
  }
}
