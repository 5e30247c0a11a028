import { type RegisteredCallback, registeredCallbacks } from '@huidiao/wechat';
import { assertOwnOptions, readWords, takeCommand } from './command-words.ts';
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

const names = ['urls', 'check', 'sync'] as const;

/** @throws WrongUsage that says what is wrong and what to type */
export function parseArguments(args: readonly string[]): Command {
  const command = takeCommand(args, names);
  if (command === undefined) return { name: 'help' };
  const { name } = command;
  const { values } = readWords({ args: command.rest, options });
  assertOwnOptions(name, values, optionsOf[name]);
  const { merchant, json = false, only, 'dry-run': dryRun = false } = values;
  if (merchant === '') throw new WrongUsage('--merchant is empty; give an mchid');
  const given = { mchId: merchant, json };
  if (name === 'urls') return { name, ...given };
  const chosen = only === undefined ? undefined : parseOnly(only);
  return name === 'check' ? { name, ...given, only: chosen } : { name, ...given, only: chosen, dryRun };
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
