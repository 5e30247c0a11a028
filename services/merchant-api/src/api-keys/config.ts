import { loadConfig } from '@huidiao/runtime';
import { merchantApiShape } from '../config.ts';

/** Where the keys are: all that looking at keys and revoking one need. @throws AppError CONFIG_INVALID. */
export function loadMongoUri(env: NodeJS.ProcessEnv): string {
  const { MONGODB_URI } = merchantApiShape;
  return loadConfig({ MONGODB_URI }, env).MONGODB_URI;
}
