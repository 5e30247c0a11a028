import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { FoundServer, ServerSearch } from '../found-server.ts';
import { findMongo } from '../mongo/find-mongo.ts';
import { logTail, type RunningProcess } from '../processes/running-process.ts';
import { durabilityProblem } from '../redis/durability-problem.ts';
import { findRedis } from '../redis/find-redis.ts';
import { openApiKey } from './api-key.ts';
import { takeDataFolder } from './data-folder.ts';
import { type MaterialIds, openMaterial } from './material.ts';
import type { ReleaseStack } from './release-stack.ts';
import { writeSettingsFile } from './settings-file.ts';
import { type Addresses, startServices } from './start-services.ts';

/** Everything on this machine, running. */
export interface Installation {
  readonly addresses: Addresses;
  readonly apiKey: { readonly key: string; readonly file: string };
  /** The settings of this installation, for a shell that runs its commands. */
  readonly settingsFile: string;
  readonly ids: MaterialIds;
  readonly dataFolder: string;
}

export interface InstallationOptions {
  readonly cloneFolder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Take the ports that the README names, where they are free. */
  readonly wantsKnownPorts: boolean;
  /** Gets an end for everything that is begun, so that a start that fails half way leaves nothing. */
  readonly releases: ReleaseStack;
  say(line: string): void;
  /** Told when something ends that nobody ended, with what is known of it. */
  onBroken(what: string): void;
}

/**
 * Takes a data folder, finds Redis and MongoDB, migrates, starts the services, makes an API key.
 * @throws with what is in the way.
 */
export async function startInstallation(options: InstallationOptions): Promise<Installation> {
  const { cloneFolder, releases, say } = options;
  const parent = join(cloneFolder, '.huidiao');
  const folder = takeDataFolder(parent);
  releases.add(folder.release);
  rmSync(join(folder.path, 'logs'), { recursive: true, force: true });
  const programsFolder = join(parent, 'programs');
  mkdirSync(programsFolder, { recursive: true, mode: 0o700 });
  if (folder.isTemporary) {
    say(`another npm start runs in this clone; this one keeps its data in ${folder.path} until it ends`);
  }
  const material = openMaterial(folder.path);
  const { env: outer } = options;
  const search = { env: outer, dataFolder: folder.path, programsFolder, say };
  const [redis, mongo] = await findServers(search, options);
  await assertDurable(redis, outer);

  const env = {
    ...outer,
    REDIS_URL: redis.url,
    // Installations that share a Redis or a MongoDB must not take each other's jobs.
    REDIS_PREFIX: outer.REDIS_PREFIX || `huidiao-${material.ids.mchId}`,
    MONGODB_URI: withDatabase(mongo.url, `huidiao_local_${material.ids.mchId}`),
  };
  const watch = (process: RunningProcess) => watchProcess(process, options);
  const { wantsKnownPorts } = options;
  const setup = {
    cloneFolder,
    dataFolder: folder.path,
    material,
    env,
    wantsKnownPorts,
    ifNoStore: outer.MONGODB_URI
      ? 'Does the MongoDB of MONGODB_URI run, and is that its address? Without MONGODB_URI a store is brought.'
      : `What earlier runs kept is in ${folder.path}; without that folder everything begins anew.`,
    releases,
    say,
    onStarted: watch,
  };
  const addresses = await timed(say, 'services', () => startServices(setup));
  const merchantsFile = join(material.folder, 'merchants.json');
  const apiKey = await openApiKey({
    cloneFolder,
    dataFolder: folder.path,
    merchantApi: addresses.merchantApi,
    mchId: material.ids.mchId,
    env: { ...env, MERCHANTS_FILE: merchantsFile },
  });
  const settings = writeSettingsFile(folder.path, {
    ...{ REDIS_URL: env.REDIS_URL, REDIS_PREFIX: env.REDIS_PREFIX, MONGODB_URI: env.MONGODB_URI },
    MERCHANTS_FILE: merchantsFile,
    CALLBACK_BASE_URL: addresses.ingress,
    ...{ WECHAT_PAY_API_URL: addresses.simulator, WECHAT_API_URL: addresses.simulator },
    SIMULATOR_URL: addresses.simulator,
  });
  releases.add(async () => settings.remove());
  return { addresses, apiKey, settingsFile: settings.file, ids: material.ids, dataFolder: folder.path };
}

async function findServers(
  search: ServerSearch,
  { releases, say, onBroken }: InstallationOptions,
): Promise<[redis: FoundServer, mongo: FoundServer]> {
  const find = async (name: string, finding: Promise<FoundServer>) => {
    const started = Date.now();
    const server = await finding;
    releases.add(server.stop);
    void server.ended.then((how) => onBroken(`${name} ended: ${how} (log files: ${search.dataFolder}/logs)`));
    say(`${name.padEnd(8)} ${server.origin} (${seconds(started)})`);
    return server;
  };
  const found = await Promise.allSettled([
    find('Redis', findRedis(search)),
    find('MongoDB', findMongo(search)),
  ]);
  const [redis, mongo] = found;
  if (redis.status === 'fulfilled' && mongo.status === 'fulfilled') return [redis.value, mongo.value];
  throw found.find((one) => one.status === 'rejected')?.reason;
}

async function assertDurable(redis: FoundServer, env: NodeJS.ProcessEnv): Promise<void> {
  if (!env.REDIS_URL) return;
  const problem = await durabilityProblem(redis.url, env.REDIS_APPENDFSYNC || undefined);
  if (problem) throw new Error(problem);
}

function watchProcess({ name, ended, logFile }: RunningProcess, { onBroken }: InstallationOptions): void {
  void ended.then((how) => {
    onBroken(
      `${name} ended: ${how}\n${logTail(logFile)}\nIts whole log: ${logFile}. Start again with npm start; with LOG_LEVEL=debug it says more.`,
    );
  });
}

/** The same address with a database, if it names none. */
export function withDatabase(uri: string, database: string): string {
  const [, server = uri, name, query = ''] =
    /^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?([^?]*)(\?.*)?$/.exec(uri) ?? [];
  return name ? uri : `${server}/${database}${query}`;
}

async function timed<T>(say: (line: string) => void, what: string, work: () => Promise<T>): Promise<T> {
  const started = Date.now();
  const result = await work();
  say(`${what.padEnd(8)} ready (${seconds(started)})`);
  return result;
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1_000).toFixed(1)} s`;
}
