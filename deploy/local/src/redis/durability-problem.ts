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
    const wanted = { appendonly: 'yes', appendfsync, 'maxmemory-policy': 'noeviction' };
    if (appendfsync === 'unchecked') {
      await redis.ping();
      return undefined;
    }
    const found = Object.entries(wanted).map(async ([name, value]) => {
      const answer = (await redis.config('GET', name)) as string[];
      return answer[1] === value ? [] : [`${name} is ${answer[1] ?? 'not readable'}, not ${value}`];
    });
    const wrong = (await Promise.all(found)).flat();
    return wrong.length === 0
      ? undefined
      : `The Redis of REDIS_URL would lose callbacks: ${wrong.join('; ')}.\nStart it with: redis-server ${durableSettings.map((word) => word || "''").join(' ')}`;
  } catch (error) {
    return `The Redis of REDIS_URL does not answer: ${(error as Error).message}`;
  } finally {
    redis.disconnect();
  }
}
