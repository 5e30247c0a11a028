import { parseArgs } from 'node:util';
import { type RegisteredCallback, registeredCallbacks } from '@huidiao/wechat';
import { WrongUsage } from './wrong-usage.ts';

interface Common {
  /** undefined: all merchants and apps. */
  readonly mchId: string | undefined;
  readonly json: boolean;
}
interface OfRegistered extends Common {
  /** undefined: all that the merchant can register. */
  readonly only: readonly RegisteredCallback[] | undefined;
}

/** Prints the addresses; asks WeChat nothing. */
export interface UrlsCommand extends Common {
  readonly name: 'urls';
}

/** Compares what WeChat Pay has registered with what it should. */
export interface CheckCommand extends OfRegistered {
  readonly name: 'check';
}

/** Registers what differs; with `dryRun` it only says what it would. */
export interface SyncCommand extends OfRegistered {
  readonly name: 'sync';
  readonly dryRun: boolean;
}
export type Command = { readonly name: 'help' } | UrlsCommand | CheckCommand | SyncCommand;

const options = {
  merchant: { type: 'string' },
  only: { type: 'string' },
  'dry-run': { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

/** What each command may be given. */
const optionsOf: Readonly<Record<Exclude<Command['name'], 'help'>, readonly string[]>> = {
  urls: ['merchant', 'json'],
  check: ['merchant', 'only', 'json'],
  sync: ['merchant', 'only', 'dry-run', 'json'],
};

/** @throws WrongUsage that says what is wrong and what to type */
export function parseArguments(args: readonly string[]): Command {
  const [name = '', ...rest] = args;
  if (['help', '--help', '-h'].includes(name) || rest.includes('--help')) return { name: 'help' };
  if (!isCommandName(name)) {
    const problem = name === '' ? 'no command is given' : `there is no command ${JSON.stringify(name)}`;
    throw new WrongUsage(`${problem}; give one of urls, check, sync, help`);
  }
  const { merchant, json = false, only, 'dry-run': dryRun = false } = readOptions(name, rest);
  if (merchant === '') throw new WrongUsage('--merchant is empty; give an mchid');
  const given = { mchId: merchant, json };
  if (name === 'urls') return { name, ...given };
  const chosen = only === undefined ? undefined : parseOnly(only);
  return name === 'check' ? { name, ...given, only: chosen } : { name, ...given, only: chosen, dryRun };
}

function readOptions(name: keyof typeof optionsOf, args: string[]) {
  const values = readValues(args);
  const foreign = Object.keys(values).find((option) => !optionsOf[name].includes(option));
  if (foreign === undefined) return values;
  const known = optionsOf[name].map((option) => `--${option}`).join(', ');
  throw new WrongUsage(`${name} takes no --${foreign}; it can be given ${known}`);
}

function readValues(args: string[]) {
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new WrongUsage(error instanceof Error ? error.message : String(error));
  }
}

function isCommandName(name: string): name is keyof typeof optionsOf {
  return Object.hasOwn(optionsOf, name);
}

function parseOnly(text: string): RegisteredCallback[] {
  const names = text.split(',').map((name) => name.trim());
  const known = Object.keys(registeredCallbacks);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new WrongUsage(`--only names ${JSON.stringify(unknown)}; it can be ${known.join(', ')}`);
  }
  return (Object.keys(registeredCallbacks) as RegisteredCallback[]).filter((name) => names.includes(name));
}
