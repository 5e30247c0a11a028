import { closeRedis, createLogger, createRedis } from '@huidiao/runtime';

/** What the doctor asks of Redis. */
export interface AskableRedis {
  /** INFO: `name:value` lines of all sections. */
  info(): Promise<string>;
  config(subcommand: 'GET', name: string): Promise<unknown>;
  /** Seconds and microseconds since the epoch, as text. */
  time(): Promise<readonly (string | number)[]>;
}

/** Asks Redis something, on a connection of its own. @throws what ioredis throws: within 2 s where Redis is away */
export async function withRedis<T>(url: string, work: (redis: AskableRedis) => Promise<T>): Promise<T> {
  const logger = createLogger({ service: 'doctor', level: 'silent' });
  const redis = createRedis('command', { url, name: 'doctor' }, logger);
  try {
    return await work({
      info: () => redis.info(),
      config: (subcommand, name) => redis.config(subcommand, name),
      time: () => redis.time(),
    });
  } finally {
    await closeRedis(redis);
  }
}
