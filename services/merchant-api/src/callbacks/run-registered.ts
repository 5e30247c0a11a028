import type { Merchant, MerchantDirectory } from '@huidiao/contracts';
import { createLogger, createMetrics, toLiveDirectory } from '@huidiao/runtime';
import {
  type CallbackRegistrations,
  callbacksToRegister,
  createCallbackRegistrations,
  createPlatformKeyrings,
  type RegisteredCallback,
} from '@huidiao/wechat';
import { toNotifyUrl } from '../orders/notify-url.ts';
import type { CallbacksConfig } from './config.ts';
import type { CheckCommand, SyncCommand } from './parse-arguments.ts';
import {
  findState,
  type RegistrationFailure,
  type RegistrationState,
  toRegistrationFailure,
} from './registration-state.ts';

/** What was found of one callback, and what was done about it. */
export interface RegistrationResult {
  readonly mchId: string;
  readonly callback: RegisteredCallback;
  /** What should be registered. */
  readonly address: string;
  readonly found: RegistrationState;
  /** `planned` by a dry run. Of a failed change: why. */
  readonly change: 'none' | 'planned' | 'done' | RegistrationFailure;
}

export interface RegisteredDeps {
  readonly config: CallbacksConfig;
  /** Those that the command is about. */
  readonly directory: MerchantDirectory;
  /** Told each result as it comes. */
  readonly tell: (result: RegistrationResult) => void;
  /** Aborted by Ctrl-C: stop between two. */
  readonly signal: AbortSignal;
}

/** How long the platform certificates of merchants that have them downloaded are waited for. */
const longestDownloadMs = 10_000;

/** Looks at, or sets right, all callbacks that a command is about, one after another: WeChat Pay limits them by IP. */
export async function runRegistered(
  { config, directory, tell, signal }: RegisteredDeps,
  command: CheckCommand | SyncCommand,
): Promise<readonly RegistrationResult[]> {
  const results: RegistrationResult[] = [];
  // What goes wrong is told in words; log lines are only for what nobody expects.
  const logger = createLogger({ service: 'callbacks', level: 'fatal' }, process.stderr);
  const metrics = createMetrics({ service: 'callbacks' });
  const live = toLiveDirectory(directory);
  const wechatPay = { baseUrl: config.wechatPayApiUrl, metrics };
  const keyrings = createPlatformKeyrings({ ...wechatPay, directory: live, logger });
  try {
    await keyrings.untilDownloaded(longestDownloadMs);
    for (const merchant of directory.merchants.values()) {
      const registrations = createCallbackRegistrations({
        ...wechatPay,
        merchant,
        keys: keyrings.of(merchant),
      });
      try {
        for (const callback of toChosen(merchant, command)) {
          if (signal.aborted) return results;
          const address = toNotifyUrl(config.callbackBaseUrl, merchant.mchId);
          const result = await runOne(registrations, { mchId: merchant.mchId, callback, address }, command);
          results.push(result);
          tell(result);
        }
      } finally {
        registrations.close();
      }
    }
    return results;
  } finally {
    keyrings.close();
    live.close();
  }
}

function toChosen(merchant: Merchant, { only }: CheckCommand | SyncCommand): RegisteredCallback[] {
  return callbacksToRegister(merchant).filter((name) => only === undefined || only.includes(name));
}

async function runOne(
  registrations: CallbackRegistrations,
  wanted: Pick<RegistrationResult, 'mchId' | 'callback' | 'address'>,
  command: CheckCommand | SyncCommand,
): Promise<RegistrationResult> {
  const { callback, address } = wanted;
  const found = await findState(registrations, callback, address);
  const isWrong = found.kind === 'missing' || found.kind === 'another';
  if (command.name === 'check' || !isWrong) return { ...wanted, found, change: 'none' };
  if (command.dryRun) return { ...wanted, found, change: 'planned' };
  try {
    await registrations.put(callback, address, found.kind === 'another' ? found.address : undefined);
    return { ...wanted, found, change: 'done' };
  } catch (error) {
    return { ...wanted, found, change: toRegistrationFailure(error) };
  }
}

/** Whether everything is as it should be, now. */
export function isAllRight(results: readonly RegistrationResult[]): boolean {
  return results.every(
    ({ found, change }) => change === 'done' || found.kind === 'right' || found.kind === 'not-offered',
  );
}
