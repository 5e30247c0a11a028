import type { Redis } from 'ioredis';
import type { Logger } from './logger.ts';

/** A connection that flaps writes no more than one pair of lines in this time. */
const leastBetweenReportsMs = 10_000;

/**
 * One line when Redis goes away, one when it is back, however many errors ioredis emits in between. The lines
 * name host and port, never the URL, which holds the password.
 */
export function reportOutages(
  redis: Redis,
  connection: { readonly url: string; readonly name: string },
  logger: Logger,
  now: () => number = () => performance.now(),
): void {
  const { host, password } = new URL(connection.url);
  const fields = { connection: connection.name, redis: host };
  let away = false;
  let reported = false;
  let reportedAt = Number.NEGATIVE_INFINITY;

  redis.on('error', (error: Error) => {
    if (away) return;
    away = true;
    reported = now() - reportedAt >= leastBetweenReportsMs;
    if (!reported) return;
    reportedAt = now();
    const reason = withoutPassword(error.message, password);
    logger.error({ event: 'redis.away', ...fields, reason }, 'redis.away');
  });
  redis.on('ready', () => {
    if (away && reported) logger.info({ event: 'redis.back', ...fields }, 'redis.back');
    away = false;
  });
}

/** @param password as it stands in the URL, percent-encoded */
function withoutPassword(message: string, password: string): string {
  if (password === '') return message;
  return message.replaceAll(password, '***').replaceAll(decodeURIComponent(password), '***');
}
