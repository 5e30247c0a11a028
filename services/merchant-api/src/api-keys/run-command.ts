import { explain } from '@huidiao/runtime';
import { toPrintable } from '../callbacks/printable.ts';
import { WrongUsage } from '../callbacks/wrong-usage.ts';
import { loadCreateApiKeyConfig } from '../config.ts';
import { loadMongoUri } from './config.ts';
import { createKey } from './create-key.ts';
import { printKeys, toKeyJson, toWords } from './list-keys.ts';
import {
  type Command,
  type CreateCommand,
  type ListCommand,
  parseArguments,
  type RevokeCommand,
} from './parse-arguments.ts';
import { revokeKey } from './revoke-key.ts';
import { usage } from './usage.ts';
import { withApiKeys } from './with-api-keys.ts';

/** The world around one command. */
export interface CommandSurroundings {
  readonly env: NodeJS.ProcessEnv;
  /** Results, and nothing else. */
  readonly out: (text: string) => void;
  /** Everything for people: problems, advice. */
  readonly err: (text: string) => void;
}

/** 0: done. 1: something failed. 2: wrong usage, and nothing was done. */
export type ExitCode = 0 | 1 | 2;

/** Carries out what was typed. Never rejects: every problem is told on `err`, and in the exit code. */
export async function runCommand(
  args: readonly string[],
  surroundings: CommandSurroundings,
): Promise<ExitCode> {
  try {
    return await carryOut(parseArguments(args), surroundings);
  } catch (error) {
    const isUsage = error instanceof WrongUsage;
    const words = isUsage ? `${error.message}\n\`npm run api-keys -- help\` shows all\n` : explain(error);
    surroundings.err(toPrintable(`api-keys: ${words}`));
    return isUsage ? 2 : 1;
  }
}

async function carryOut(command: Command, surroundings: CommandSurroundings): Promise<ExitCode> {
  switch (command.name) {
    case 'help':
      surroundings.out(usage);
      return 0;
    case 'list':
      return await runList(command, surroundings);
    case 'create':
      return await runCreate(command, surroundings);
    case 'revoke':
      return await runRevoke(command, surroundings);
    default:
      return command satisfies never;
  }
}

/** Nobody reads more; a list of one merchant is never this long. */
const mostListed = 1_000;

async function runList(
  { mchId, all, json }: ListCommand,
  { env, out, err }: CommandSurroundings,
): Promise<ExitCode> {
  const wanted = { mchId, onlyValid: !all, limit: mostListed };
  const keys = await withApiKeys(loadMongoUri(env), (apiKeys) => apiKeys.list(wanted));
  out(json ? `${JSON.stringify({ api_keys: keys.map(toKeyJson) })}\n` : toPrintable(printKeys(keys)));
  if (keys.length === 0) {
    const what = `${mchId === undefined ? 'there is' : `merchant ${mchId} has`} no ${all ? '' : 'valid '}key`;
    err(toPrintable(`${what}; \`npm run api-keys -- create --merchant ${mchId ?? 'MCHID'}\` makes one\n`));
  }
  if (keys.length === mostListed)
    err(`these are the first ${mostListed}; --merchant MCHID shows one's own\n`);
  return 0;
}

async function runCreate(
  { mchId, label }: CreateCommand,
  { env, out, err }: CommandSurroundings,
): Promise<ExitCode> {
  const { key, keyId } = await createKey(loadCreateApiKeyConfig(env), { mchId, label });
  out(`${key}\n`);
  const words = `API key ${keyId} of merchant ${mchId}${label === '' ? '' : ` (${label})`}`;
  err(toPrintable(`${words}. It is shown this once; send it as Authorization: Bearer.\n`));
  return 0;
}

async function runRevoke(
  { keyId }: RevokeCommand,
  { env, out, err }: CommandSurroundings,
): Promise<ExitCode> {
  const revocation = await withApiKeys(loadMongoUri(env), (apiKeys) => revokeKey(apiKeys, keyId));
  if (revocation.outcome === 'unknown') {
    err(`api-keys: there is no key ${keyId}; \`npm run api-keys -- list --all\` shows which there are\n`);
    return 1;
  }
  const { outcome, key, validLeft } = revocation;
  out(toPrintable(`${toWords(key)}\n`));
  err(
    outcome === 'revoked'
      ? 'revoked: merchant-api refuses it from now on\n'
      : 'it was revoked before; nothing was changed\n',
  );
  if (validLeft > 0) return 0;
  const make = `npm run api-keys -- create --merchant ${key.mchId}`;
  err(`merchant ${key.mchId} has no valid key left, so that its shop is refused; \`${make}\` makes one\n`);
  return 0;
}
