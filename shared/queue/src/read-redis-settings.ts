import type { Redis } from 'ioredis';
import { type Durability, durabilitySettings, type RedisSettings } from './judge-durability.ts';

/**
 * Asks Redis for its role and, unless `unchecked`, for the settings that durability depends on. A setting that
 * Redis does not know or does not tell (a managed Redis forbids CONFIG) is left undefined.
 * Throws when the connection fails.
 */
export async function readRedisSettings(redis: Redis, asked: Durability): Promise<RedisSettings> {
  const names = asked === 'unchecked' ? [] : durabilitySettings;
  const pipeline = redis.pipeline().info('replication');
  // One name each: several names in one CONFIG GET need Redis 7.
  for (const name of names) pipeline.config('GET', name);

  const [info, ...settings] = (await pipeline.exec()) ?? [];
  const config: Record<string, string | undefined> = {};
  for (const [index, name] of names.entries()) config[name] = toSetting(settings[index]);
  return { role: toRole(info), config };
}

type Reply = [error: Error | null, result: unknown] | undefined;

function toRole(reply: Reply): string {
  return /^role:(\w+)/m.exec(String(answered(reply)))?.[1] ?? 'unknown';
}

function toSetting(reply: Reply): string | undefined {
  const pair = answered(reply);
  return Array.isArray(pair) && typeof pair[1] === 'string' ? pair[1] : undefined;
}

/** An error that Redis itself answered is an answer without content; any other means that nobody was asked. */
function answered(reply: Reply): unknown {
  const error = reply?.[0];
  if (error && error.name !== 'ReplyError') throw error;
  return reply?.[1];
}
