import { readWords } from '../callbacks/command-words.ts';
import { WrongUsage } from '../callbacks/wrong-usage.ts';

export interface VerifyCommand {
  readonly name: 'verify';
  readonly mchId: string;
  /** undefined: the first of the merchant's. */
  readonly appId: string | undefined;
  readonly callbackMs: number;
  /** Whether 1 fen may be spent. */
  readonly yes: boolean;
}
export type Command = { readonly name: 'help' } | VerifyCommand;

const options = {
  merchant: { type: 'string' },
  app: { type: 'string' },
  timeout: { type: 'string' },
  yes: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** @throws WrongUsage that says what is wrong and what to type */
export function parseArguments(args: readonly string[]): Command {
  const { merchant, app, timeout = '60', yes = false, help = false } = readOptions(args);
  if (help || args[0] === 'help') return { name: 'help' };
  if (merchant === undefined || merchant === '') {
    throw new WrongUsage('it is not said whose callbacks; give --merchant MCHID');
  }
  return { name: 'verify', mchId: merchant, appId: app, callbackMs: toSeconds(timeout) * 1_000, yes };
}

function readOptions(args: readonly string[]) {
  return readWords({ args: args[0] === 'help' ? [] : [...args], options }).values;
}

function toSeconds(text: string): number {
  const seconds = /^[0-9]{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= 1 && seconds <= 3_600) return seconds;
  throw new WrongUsage(
    `--timeout ${JSON.stringify(text)} does not fit; give a whole number of seconds from 1 to 3600`,
  );
}
