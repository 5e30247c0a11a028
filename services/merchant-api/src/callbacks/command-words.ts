import { type ParseArgsConfig, parseArgs } from 'node:util';
import { WrongUsage } from './wrong-usage.ts';

/* What the words after `npm run callbacks`, `api-keys`, `doctor` and `verify-callback` have in common. */

/**
 * The command that is named first, and the words after it; undefined where help is asked for.
 * @throws WrongUsage where none of `names` is named
 */
export function takeCommand<N extends string>(
  args: readonly string[],
  names: readonly N[],
): { readonly name: N; readonly rest: string[] } | undefined {
  const [given = '', ...rest] = args;
  if (['help', '--help', '-h'].includes(given) || rest.includes('--help')) return undefined;
  const name = names.find((known) => known === given);
  if (name !== undefined) return { name, rest };
  const problem = given === '' ? 'no command is given' : `there is no command ${JSON.stringify(given)}`;
  throw new WrongUsage(`${problem}; give one of ${[...names, 'help'].join(', ')}`);
}

/** Like parseArgs of node, whose complaints are a WrongUsage. @throws WrongUsage */
export function readWords<C extends ParseArgsConfig>(config: C): ReturnType<typeof parseArgs<C>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new WrongUsage(error instanceof Error ? error.message : String(error));
  }
}

/**
 * @param own what this command may be given
 * @param others what to say of a command that takes no option at all
 * @throws WrongUsage for an option of another command
 */
export function assertOwnOptions(
  name: string,
  values: object,
  own: readonly string[],
  others = 'it is given nothing',
): void {
  const foreign = Object.keys(values).find((option) => !own.includes(option));
  if (foreign === undefined) return;
  const known = own.map((option) => `--${option}`).join(', ');
  throw new WrongUsage(
    `${name} takes no --${foreign}; ${known === '' ? others : `it can be given ${known}`}`,
  );
}
