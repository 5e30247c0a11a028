import { toAppError } from '@huidiao/errors';
import { type ConfigOf, loadConfig } from '@huidiao/runtime';
import { merchantApiShape } from '../config.ts';

const names = [
  'WECHAT_PAY_API_URL',
  'WECHAT_API_URL',
  'REDIS_URL',
  'REDIS_APPENDFSYNC',
  'REDIS_WAIT_REPLICAS',
  'MONGODB_URI',
  'CALLBACK_BASE_URL',
  'TRUSTED_PROXIES',
  'MERCHANTS_FILE',
] as const satisfies readonly (keyof typeof merchantApiShape)[];

/** What the doctor reads of the environment; absent is what has a problem. */
export type Variables = Partial<ConfigOf<Pick<typeof merchantApiShape, (typeof names)[number]>>>;

/** Reads each variable by itself, so that one which is wrong keeps the others from nothing. */
export function readVariables(env: NodeJS.ProcessEnv): {
  readonly variables: Variables;
  /** `NAME what is wrong; what to set`. */
  readonly problems: readonly string[];
} {
  const variables: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const name of names) {
    try {
      Object.assign(variables, loadConfig({ [name]: merchantApiShape[name] }, env));
    } catch (error) {
      problems.push(...toProblemLines(error));
    }
  }
  return { variables: variables as Variables, problems };
}

/** The lines of a CONFIG_INVALID, one for each problem. */
export function toProblemLines(error: unknown): readonly string[] {
  const [head = '', ...lines] = toAppError(error).message.split('\n');
  return lines.length === 0 ? [head] : lines.map((line) => line.replace(/^ *- /, ''));
}
