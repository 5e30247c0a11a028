import { createRedis, type Logger } from '@huidiao/runtime';
import type { Redis } from 'ioredis';

/**
 * A connection for adding jobs under a deadline.
 *
 * - `maxRetriesPerRequest: 0` fails what is under way when the connection breaks. With 1, ioredis would send it
 *   again on the next connection at once, before that server's durability was looked at.
 * - `socketTimeout` gives up a connection whose peer is silent (a stopped process, a cut cable), with all that
 *   piled up for it. It runs only while a reply is outstanding, so an idle connection stays.
 */
export function createProducerConnection(url: string, deadlineMs: number, logger: Logger): Redis {
  return createRedis('producer', { url, name: 'producer' }, logger, {
    maxRetriesPerRequest: 0,
    commandTimeout: deadlineMs,
    socketTimeout: 2 * deadlineMs,
  });
}
