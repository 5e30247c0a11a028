import { loadConfig, mongoShape, redisShape } from '@huidiao/runtime';

export interface DeadLettersConfig {
  readonly mongo: { readonly uri: string };
  /** Of a command that adds jobs; undefined for one that does not. */
  readonly redis: RedisOfReplay | undefined;
}

/** Where the jobs go, as the services read it. */
export interface RedisOfReplay {
  readonly url: string;
  readonly prefix: string;
  readonly appendfsync: 'always' | 'everysec' | 'unchecked';
  readonly waitReplicas: number;
}

/** @throws AppError CONFIG_INVALID with every problem of what this command reads of the environment */
export function loadDeadLettersConfig(
  env: NodeJS.ProcessEnv,
  { addsJobs }: { readonly addsJobs: boolean },
): DeadLettersConfig {
  if (!addsJobs) return { mongo: { uri: loadConfig(mongoShape, env).MONGODB_URI }, redis: undefined };
  const read = loadConfig({ ...mongoShape, ...redisShape }, env);
  return {
    mongo: { uri: read.MONGODB_URI },
    redis: {
      url: read.REDIS_URL,
      prefix: read.REDIS_PREFIX,
      appendfsync: read.REDIS_APPENDFSYNC,
      waitReplicas: read.REDIS_WAIT_REPLICAS,
    },
  };
}
