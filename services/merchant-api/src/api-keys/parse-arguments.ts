import { assertOwnOptions, readWords, takeCommand } from '../callbacks/command-words.ts';
import { WrongUsage } from '../callbacks/wrong-usage.ts';

export interface ListCommand {
  readonly name: 'list';
  /** undefined: of all merchants. */
  readonly mchId: string | undefined;
  readonly all: boolean;
  readonly json: boolean;
}

/** Makes a key. `label`: what people call it. */
export interface CreateCommand {
  readonly name: 'create';
  readonly mchId: string;
  readonly label: string;
}

/** Ends one. `keyId`: the part of it that is no secret. */
export interface RevokeCommand {
  readonly name: 'revoke';
  readonly keyId: string;
}
export type Command = { readonly name: 'help' } | ListCommand | CreateCommand | RevokeCommand;

const options = {
  merchant: { type: 'string' },
  label: { type: 'string' },
  all: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

/** What each command may be given. */
const optionsOf: Readonly<Record<Exclude<Command['name'], 'help'>, readonly (keyof typeof options)[]>> = {
  list: ['merchant', 'all', 'json'],
  create: ['merchant', 'label'],
  revoke: [],
};

const names = ['list', 'create', 'revoke'] as const;

const longestLabel = 100;

/** @throws WrongUsage that says what is wrong and what to type */
export function parseArguments(args: readonly string[]): Command {
  const command = takeCommand(args, names);
  if (command === undefined) return { name: 'help' };
  const { name } = command;
  const { values, positionals } = read(name, command.rest);
  if (values.merchant === '') throw new WrongUsage('--merchant is empty; give an mchid');
  switch (name) {
    case 'list':
      return { name, mchId: values.merchant, all: values.all ?? false, json: values.json ?? false };
    case 'create':
      return { name, ...toWanted(values) };
    case 'revoke':
      return { name, keyId: toKeyId(positionals) };
    default:
      return name satisfies never;
  }
}

function read(name: keyof typeof optionsOf, args: string[]) {
  const { values, positionals } = readWords({ args, options, allowPositionals: true });
  assertOwnOptions(name, values, optionsOf[name], 'it is given a key id and nothing else');
  if (name !== 'revoke' && positionals.length > 0) {
    throw new WrongUsage(`${name} takes options only, such as --merchant MCHID`);
  }
  return { values, positionals };
}

function toWanted({ merchant, label = '' }: { merchant?: string; label?: string }) {
  if (merchant === undefined) {
    throw new WrongUsage('create needs the merchant that the key is of: --merchant MCHID');
  }
  if (label.length > longestLabel) {
    throw new WrongUsage(`the label has more than ${longestLabel} characters; give a shorter one`);
  }
  return { mchId: merchant, label };
}

/** Exactly one id, whole: the beginning of one must never revoke a key. A key itself is not echoed. */
function toKeyId([given = '', ...more]: readonly string[]): string {
  if (given === '' || more.length > 0) {
    throw new WrongUsage('revoke takes exactly one key id; `npm run api-keys -- list` shows them');
  }
  if (/^[0-9a-f]{16}$/.test(given)) return given;
  const [, keyId] = /^hdk_([0-9a-f]{16})_/.exec(given) ?? [];
  if (keyId !== undefined) {
    throw new WrongUsage(`that is a key itself; give its id alone: npm run api-keys -- revoke ${keyId}`);
  }
  throw new WrongUsage(
    'that is no key id, which is 16 hexadecimal digits; `npm run api-keys -- list` shows them',
  );
}
