import { readWords } from '../callbacks/command-words.ts';
import { WrongUsage } from '../callbacks/wrong-usage.ts';

export interface ExamineCommand {
  readonly name: 'examine';
  /** undefined: all. */
  readonly mchId: string | undefined;
  readonly appId: string | undefined;
  /** Where mini-programs reach merchant-api. */
  readonly serverDomain: string | undefined;
  readonly apiKeyFile: string | undefined;
  readonly offline: boolean;
  readonly json: boolean;
}
export type Command = { readonly name: 'help' } | ExamineCommand;

const options = {
  merchant: { type: 'string' },
  app: { type: 'string' },
  'server-domain': { type: 'string' },
  'api-key-file': { type: 'string' },
  offline: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** @throws WrongUsage that says what is wrong and what to type */
export function parseArguments(args: readonly string[]): Command {
  const values = readOptions(args);
  if (values.help === true || args[0] === 'help') return { name: 'help' };
  const empty = Object.entries(values).find(([, value]) => value === '');
  if (empty !== undefined) throw new WrongUsage(`--${empty[0]} is empty`);
  const { merchant, app, offline = false, json = false } = values;
  const { 'server-domain': serverDomain, 'api-key-file': apiKeyFile } = values;
  return { name: 'examine', mchId: merchant, appId: app, serverDomain, apiKeyFile, offline, json };
}

function readOptions(args: readonly string[]) {
  return readWords({ args: args[0] === 'help' ? [] : [...args], options }).values;
}
