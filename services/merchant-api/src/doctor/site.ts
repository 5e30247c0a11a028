import type { App, Clock, Merchant, MerchantDirectory } from '@huidiao/contracts';
import { createMetrics, type Logger, type Metrics } from '@huidiao/runtime';
import { createStore, type Store } from '@huidiao/store';
import { createStableTokenFetcher } from '@huidiao/wechat';
import { selectMerchants } from '../callbacks/select-merchants.ts';
import { WrongUsage } from '../callbacks/wrong-usage.ts';
import type { Pause } from '../verify-callback/pause.ts';
import type { Finding } from './finding.ts';
import { createHeardLog } from './heard-log.ts';
import type { ExamineCommand } from './parse-arguments.ts';
import { type ReadMerchants, readMerchants } from './read-merchants.ts';
import { readVariables, type Variables } from './variables.ts';

/** The installation that is looked at: what the environment and the merchants file say. */
export interface Site {
  readonly command: ExamineCommand;
  readonly variables: Variables;
  readonly variableProblems: readonly string[];
  readonly merchants: ReadMerchants | undefined;
  /** Those that were asked for; undefined where the merchants file cannot be used. */
  readonly directory: MerchantDirectory | undefined;
  /** Fetches an access_token once for each secret, without forcing a new one. @throws AppError as the fetcher does */
  tokenOf(app: App): Promise<string>;
  /** A store of its own, on a connection that tells of trouble by this logger. Close it. @throws AppError CONFIG_INVALID */
  openStore(uri: string, logger: Logger): Store;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly pause: Pause;
}

/** What a site is looked at with. */
export interface SiteSurroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly pause: Pause;
  /** How long MongoDB is looked for; by default as long as services do. For tests. */
  readonly selectionTimeoutMs?: number;
}

/** @throws WrongUsage for a merchant or an app that is not configured */
export function openSite(command: ExamineCommand, surroundings: SiteSurroundings): Site {
  const { env, clock, pause, selectionTimeoutMs } = surroundings;
  const limits = selectionTimeoutMs === undefined ? {} : { selectionTimeoutMs };
  const { variables, problems } = readVariables(env);
  const { MERCHANTS_FILE: file, WECHAT_API_URL: baseUrl = '' } = variables;
  const merchants = file === undefined ? undefined : readMerchants(file, env);
  const metrics = createMetrics({ service: 'doctor' });
  const { logger } = createHeardLog();
  const fetchToken = createStableTokenFetcher({ baseUrl, clock, logger, metrics });
  const tokens = new Map<string, Promise<string>>();
  return {
    command,
    variables,
    variableProblems: problems,
    merchants,
    directory: merchants?.directory && select(merchants.directory, command),
    tokenOf(app) {
      const key = [app.appId, app.appSecret, app.appSecretPrevious].join(' ');
      const known = tokens.get(key) ?? fetchToken(app, false).then(({ value }) => value);
      tokens.set(key, known);
      return known;
    },
    openStore: (uri, storeLogger) => createStore({ uri, metrics, clock, ...limits, logger: storeLogger }),
    metrics,
    clock,
    pause,
  };
}

function select(directory: MerchantDirectory, { mchId, appId }: ExamineCommand): MerchantDirectory {
  const selected = selectMerchants(directory, mchId);
  if (appId === undefined) return selected;
  const app = selected.apps.get(appId);
  if (app === undefined) {
    const known = [...selected.apps.keys()].join(', ') || 'none';
    throw new WrongUsage(`app ${appId} is not among the apps of MERCHANTS_FILE, which are ${known}`);
  }
  const listing = [...selected.merchants].filter(([, { appIds }]) => appIds.includes(appId));
  return { merchants: new Map(listing), apps: new Map([[appId, app]]) };
}

/** What a check of merchants or apps says where there is no usable merchants file. */
export const noMerchants: Finding = {
  level: 'skipped',
  says: 'the merchants file cannot be used; see merchants-file',
};

/** What a check says that needs a variable which is not usable. */
export function withoutVariable(name: keyof Variables): Finding {
  return { level: 'skipped', says: `${name} is not usable; see environment` };
}

/** Looks at each merchant that was asked for; `at` is its place in the merchants file, `merchants[0]`. */
export async function ofMerchants(
  site: Site,
  look: (merchant: Merchant, at: string) => Promise<readonly Finding[]> | readonly Finding[],
): Promise<readonly Finding[]> {
  if (site.directory === undefined) return [noMerchants];
  const all = [...(site.merchants?.directory?.merchants.keys() ?? [])];
  const findings: Finding[] = [];
  for (const merchant of site.directory.merchants.values()) {
    const about = `merchant ${merchant.mchId}`;
    const found = await look(merchant, `merchants[${all.indexOf(merchant.mchId)}]`);
    findings.push(...found.map((finding) => ({ about, ...finding })));
  }
  return findings;
}

/** The same of apps. */
export async function ofApps(
  site: Site,
  look: (app: App, at: string) => Promise<readonly Finding[]> | readonly Finding[],
): Promise<readonly Finding[]> {
  if (site.directory === undefined) return [noMerchants];
  const all = [...(site.merchants?.directory?.apps.keys() ?? [])];
  const findings: Finding[] = [];
  for (const app of site.directory.apps.values()) {
    const found = await look(app, `apps[${all.indexOf(app.appId)}]`);
    findings.push(...found.map((finding) => ({ about: `app ${app.appId}`, ...finding })));
  }
  const none: Finding = { level: 'skipped', says: 'the merchants file names no app here' };
  return site.directory.apps.size === 0 ? [none] : findings;
}
