import type { Clock, Merchant } from '@huidiao/contracts';
import {
  createLogger,
  createMetrics,
  explain,
  type Logger,
  type Metrics,
  toLiveDirectory,
} from '@huidiao/runtime';
import { createStore } from '@huidiao/store';
import { createPayClient, createPlatformKeyrings, toEchoKeyId } from '@huidiao/wechat';
import { toPrintable } from '../callbacks/printable.ts';
import { selectMerchants } from '../callbacks/select-merchants.ts';
import { WrongUsage } from '../callbacks/wrong-usage.ts';
import { toNotifyUrl } from '../orders/notify-url.ts';
import { type CheckDeps, type CheckTimes, usualTimes } from './check-deps.ts';
import { loadVerifyCallbackConfig, type VerifyCallbackConfig } from './config.ts';
import { toTime } from './find-callback.ts';
import { NotProven } from './not-proven.ts';
import { parseArguments, type VerifyCommand } from './parse-arguments.ts';
import type { Pause } from './pause.ts';
import { probeAddress } from './probe-address.ts';
import { usage } from './usage.ts';
import { verifyByEcho } from './verify-by-echo.ts';
import { endEarlierCheck, verifyByOrder } from './verify-by-order.ts';

/** The world around the command. */
export interface CommandSurroundings {
  readonly env: NodeJS.ProcessEnv;
  /** The steps, and what they prove. */
  readonly out: (text: string) => void;
  /** What is wrong, and what to do. */
  readonly err: (text: string) => void;
  /** Aborted by Ctrl-C: wait no longer, give back what was paid. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly pause: Pause;
  /** For tests. */
  readonly times?: Partial<CheckTimes>;
}

/** 0: proven. 1: not. 2: wrong usage, or the 1 fen was not agreed to. */
export type ExitCode = 0 | 1 | 2;

/** Carries out what was typed. Never rejects: every problem is told on `err`, and in the exit code. */
export async function runCommand(
  args: readonly string[],
  surroundings: CommandSurroundings,
): Promise<ExitCode> {
  const { out, err, env } = surroundings;
  try {
    const command = parseArguments(args);
    if (command.name === 'verify') return await verify(command, loadVerifyCallbackConfig(env), surroundings);
    out(usage);
    return 0;
  } catch (error) {
    err(toPrintable(`verify-callback: ${toWords(error)}`));
    return error instanceof WrongUsage ? 2 : 1;
  }
}

function toWords(error: unknown): string {
  if (error instanceof WrongUsage) return `${error.message}\n\`npm run verify-callback -- help\` shows all\n`;
  if (!(error instanceof NotProven)) return explain(error);
  return [`not proven: ${error.message}`, ...error.advice.map((line) => `  - ${line}`), ''].join('\n');
}

/** What is opened for one run, and closed after it. */
interface Opened {
  readonly deps: CheckDeps;
  /** See toEchoKeyId. */
  readonly echoKeyId: () => string | undefined;
  close(): Promise<void>;
}

async function verify(
  command: VerifyCommand,
  config: VerifyCallbackConfig,
  surroundings: CommandSurroundings,
): Promise<ExitCode> {
  const directory = selectMerchants(config.directory, command.mchId);
  const [merchant] = directory.merchants.values();
  if (merchant === undefined) throw new WrongUsage(`merchant ${command.mchId} is not in MERCHANTS_FILE`);
  const appId = toAppId(command, merchant);
  const opened = await open(command, { ...config, directory }, merchant, surroundings);
  try {
    return merchant.isServiceProvider
      ? await proveByEcho(opened)
      : await proveByOrder(opened.deps, appId, command, surroundings);
  } finally {
    await opened.close();
  }
}

/** @throws WrongUsage for an app that the merchant does not list */
function toAppId({ appId }: VerifyCommand, merchant: Merchant): string {
  const chosen = appId ?? merchant.appIds[0];
  if (chosen !== undefined && merchant.appIds.includes(chosen)) return chosen;
  throw new WrongUsage(`--app is none of the merchant's appids, which are ${merchant.appIds.join(', ')}`);
}

async function proveByEcho({ deps, echoKeyId }: Opened): Promise<ExitCode> {
  await tellOfAddress(deps);
  await verifyByEcho(deps, echoKeyId());
  deps.say('proven: signatures both ways, the public address, the queue and the ledger');
  return 0;
}

async function proveByOrder(
  deps: CheckDeps,
  appId: string,
  { yes }: VerifyCommand,
  { err }: CommandSurroundings,
): Promise<ExitCode> {
  const count = await endEarlierCheck(deps);
  if (!yes) {
    err(toPrintable(toPlan(deps, appId)));
    return 2;
  }
  await tellOfAddress(deps);
  await verifyByOrder(deps, appId, count);
  deps.say(
    'proven: signatures both ways, payment and refund callbacks over the public address, the queue and the ledger',
  );
  return 0;
}

function toPlan({ merchant, notifyUrl }: CheckDeps, appId: string): string {
  const passed = merchant.passThrough.length === 0 ? '' : ', and nothing is passed through (透传)';
  return `verify-callback: this would
  - register an order of 1 fen (¥0.01) of merchant ${merchant.mchId} in app ${appId}; nobody delivers it, the shop is not told${passed}
  - show a code, which you scan with WeChat and pay
  - wait until WeChat Pay's callback came to ${notifyUrl} and was worked
  - refund the 1 fen, and wait for that callback too
Nothing was bought. If that is what you want, add --yes
`;
}

/** A look at the address from here, which says early what would otherwise show as a callback that does not come. */
async function tellOfAddress({ notifyUrl, say }: CheckDeps): Promise<void> {
  const probe = await probeAddress(notifyUrl);
  if (probe.kind === 'ingress') return say(`an ingress answers at ${notifyUrl}`);
  say(
    `warning: ${notifyUrl}, asked from here: ${probe.problem}. Going on, for the internet may see it otherwise`,
  );
}

/** How long the platform certificates of the merchant may take to be downloaded. */
const longestDownloadMs = 10_000;
const payTimeoutMs = 10_000;

async function open(
  { callbackMs }: VerifyCommand,
  config: VerifyCallbackConfig,
  merchant: Merchant,
  { clock, pause, signal, out, times }: CommandSurroundings,
): Promise<Opened> {
  const { logger, metrics } = createSilence();
  const wechatPay = { baseUrl: config.wechatPayApiUrl, clock, logger, metrics };
  const directory = toLiveDirectory(config.directory);
  const closers: (() => unknown)[] = [() => directory.close()];
  const close = async (): Promise<void> => {
    for (const closer of closers.reverse()) await closer();
  };
  try {
    const keyrings = createPlatformKeyrings({ ...wechatPay, directory });
    closers.push(() => keyrings.close());
    const keyring = keyrings.of(merchant);
    const client = createPayClient({ ...wechatPay, merchant, keys: keyring, timeoutMs: payTimeoutMs });
    closers.push(() => client.close());
    const store = createStore({ uri: config.mongo.uri, logger, metrics, clock });
    closers.push(() => store.close());
    await keyrings.untilDownloaded(longestDownloadMs);
    const deps = {
      merchant,
      store,
      client,
      notifyUrl: toNotifyUrl(config.callbackBaseUrl, merchant.mchId),
      times: { ...usualTimes, callbackMs, ...times },
      clock,
      pause,
      signal,
      say: (line: string) => out(toPrintable(`${toTime(clock.now())}  ${line}\n`)),
    };
    return { deps, echoKeyId: () => toEchoKeyId(merchant, keyring), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What goes wrong is told in words; log lines are only for what nobody expects. */
function createSilence(): { logger: Logger; metrics: Metrics } {
  return {
    logger: createLogger({ service: 'verify-callback', level: 'fatal' }, process.stderr),
    metrics: createMetrics({ service: 'verify-callback' }),
  };
}
