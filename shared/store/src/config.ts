import { commonShape, loadConfig, mongoShape } from '@huidiao/runtime';

/** What the migration command needs. */
export interface MigrateConfig {
  readonly mongoUri: string;
  readonly logLevel: string;
}

/** @throws AppError CONFIG_INVALID that lists every problem by variable name */
export function loadMigrateConfig(env: NodeJS.ProcessEnv = process.env): MigrateConfig {
  const config = loadConfig({ ...mongoShape, LOG_LEVEL: commonShape.LOG_LEVEL }, env);
  return Object.freeze({ mongoUri: config.MONGODB_URI, logLevel: config.LOG_LEVEL });
}
