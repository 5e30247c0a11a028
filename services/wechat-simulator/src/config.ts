import { commonShape, envPort, envText, loadConfig } from '@huidiao/runtime';
import { loadSimulatorFile } from './load-simulator-file.ts';
import type { SimulatorSettings } from './settings.ts';

/** Everything that the process is started with. */
export interface SimulatorConfig {
  readonly logLevel: string;
  readonly listen: { readonly host: string; readonly port: number };
  readonly health: { readonly host: string; readonly port: number };
  readonly simulator: SimulatorSettings;
}

const shape = {
  ...commonShape,
  /** It makes payments out of nothing: this machine only, unless somebody says so. */
  HOST: envText({ default: '127.0.0.1' }),
  PORT: envPort({ default: 3900 }),
  HEALTH_HOST: envText({ default: '127.0.0.1' }),
  HEALTH_PORT: envPort({ default: 9099 }),
  SIMULATOR_FILE: envText({
    hint: 'set it to the path of the JSON file that names merchants, apps and keys',
  }),
} as const;

/** Reads the environment and SIMULATOR_FILE; throws AppError CONFIG_INVALID with all problems of either. */
export function loadSimulatorConfig(env: NodeJS.ProcessEnv): SimulatorConfig {
  const read = loadConfig(shape, env);
  return Object.freeze({
    logLevel: read.LOG_LEVEL,
    listen: { host: read.HOST, port: read.PORT },
    health: { host: read.HEALTH_HOST, port: read.HEALTH_PORT },
    simulator: loadSimulatorFile(read.SIMULATOR_FILE, env),
  });
}
