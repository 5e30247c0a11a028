import { explain } from '@huidiao/runtime';
import { toCallbackUrls, withoutPush } from './callback-urls.ts';
import { type CallbacksConfig, loadCallbacksConfig } from './config.ts';
import {
  type CheckCommand,
  type Command,
  parseArguments,
  type SyncCommand,
  type UrlsCommand,
} from './parse-arguments.ts';
import { printResult, toResultJson } from './print-results.ts';
import { printUrls } from './print-urls.ts';
import { toPrintable } from './printable.ts';
import { isAllRight, runRegistered } from './run-registered.ts';
import { selectMerchants } from './select-merchants.ts';
import { usage } from './usage.ts';
import { WrongUsage } from './wrong-usage.ts';

/** The world around one command. */
export interface CommandSurroundings {
  readonly env: NodeJS.ProcessEnv;
  /** Results, and nothing else. */
  readonly out: (text: string) => void;
  /** Everything for people: problems, advice. */
  readonly err: (text: string) => void;
  /** Aborted by Ctrl-C: stop between two. */
  readonly signal: AbortSignal;
}

/** 0: all is as it should be. 1: something is not, failed, or was stopped. 2: wrong usage, and nothing was done. */
export type ExitCode = 0 | 1 | 2;

/** Carries out what was typed. Never rejects: every problem is told on `err`, and in the exit code. */
export async function runCommand(
  args: readonly string[],
  surroundings: CommandSurroundings,
): Promise<ExitCode> {
  const { out, err, env } = surroundings;
  try {
    const command = parseArguments(args);
    if (command.name === 'help') {
      out(usage);
      return 0;
    }
    return await carryOut(command, loadCallbacksConfig(env), surroundings);
  } catch (error) {
    const isUsage = error instanceof WrongUsage;
    const words = isUsage ? `${error.message}\n\`npm run callbacks -- help\` shows all\n` : explain(error);
    err(toPrintable(`callbacks: ${words}`));
    return isUsage ? 2 : 1;
  }
}

async function carryOut(
  command: Exclude<Command, { name: 'help' }>,
  config: CallbacksConfig,
  surroundings: CommandSurroundings,
): Promise<ExitCode> {
  switch (command.name) {
    case 'urls':
      return runUrls(command, config, surroundings);
    case 'check':
    case 'sync':
      return await runOnRegistered(command, config, surroundings);
    default:
      return command satisfies never;
  }
}

function runUrls(
  { mchId, json }: UrlsCommand,
  { callbackBaseUrl, directory }: CallbacksConfig,
  { out, err }: CommandSurroundings,
): ExitCode {
  const selected = selectMerchants(directory, mchId);
  const urls = toCallbackUrls(callbackBaseUrl, selected);
  out(json ? `${JSON.stringify({ urls })}\n` : printUrls(urls));
  if (!isHttps(callbackBaseUrl)) err(`${httpsOnly}\n`);
  for (const appId of withoutPush(selected)) {
    err(
      `app ${appId} has no token, so its message push (消息推送) is refused; add token and encoding_aes_key\n`,
    );
  }
  return 0;
}

const httpsOnly =
  'WeChat takes only https addresses, without a port; CALLBACK_BASE_URL does not begin with https://';

function isHttps(url: string): boolean {
  return url.startsWith('https://');
}

async function runOnRegistered(
  command: CheckCommand | SyncCommand,
  config: CallbacksConfig,
  { out, err, signal }: CommandSurroundings,
): Promise<ExitCode> {
  const directory = selectMerchants(config.directory, command.mchId);
  if (command.name === 'sync' && !isHttps(config.callbackBaseUrl)) {
    err(`${httpsOnly}; nothing was changed\n`);
    return 1;
  }
  const results = await runRegistered(
    {
      config,
      directory,
      signal,
      tell: (result) => (command.json ? undefined : out(toPrintable(printResult(result)))),
    },
    command,
  );
  if (command.json) out(`${JSON.stringify({ callbacks: results.map(toResultJson) })}\n`);
  if (signal.aborted) err('stopped as asked\n');
  return isAllRight(results) && !signal.aborted ? 0 : 1;
}
