import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  durableSettings,
  findFreePort,
  findRedisProgram,
  type Material,
  openApiKey,
  openMaterial,
  runProgram,
  startKeptProcess,
  startNodeProcess,
  toLogFile,
  untilRedisAnswers,
} from '@huidiao/local';
import { type KillableProcess, type StartedProcess, startKillable } from './killable-process.ts';

/** Everything between WeChat and the shop, each as a process of its own that can be killed. */
export interface Fleet {
  readonly processes: ReadonlyMap<string, KillableProcess>;
  readonly material: Material;
  readonly apiKey: string;
  readonly addresses: { readonly merchantApi: string; readonly simulator: string; readonly shop: string };
  stop(): Promise<void>;
}

export interface FleetOptions {
  readonly cloneFolder: string;
  /** For data and logs; there already. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  onBroken(what: string): void;
}

/** How much faster WeChat's re-sends come: the first after 1.5 s instead of 15. */
const clockSpeed = '10';
/** Found this long after its worker was killed, the job of a dead process is another's: 30 s would outlast the run. */
const jobLockMs = '5000';
/** Likewise the effects that a killed reconciler had claimed: for 60 s nobody else would add their jobs. */
const effectLeaseMs = '15000';

/**
 * Starts Redis, the embedded store, the two ends of the wires, and the services, one process of each kind. WeChat and
 * the shop are never killed: their ledgers are what everything is measured by.
 */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const processes = new Map<string, KillableProcess>();
  const ends: (() => Promise<void>)[] = [];
  const stop = async () => {
    // Services first, so that none complains of servers that are gone.
    await Promise.all([...processes.values()].filter(({ name }) => !isServer(name)).map((one) => one.stop()));
    await Promise.all(ends.map((end) => end()));
    await Promise.all([...processes.values()].filter(({ name }) => isServer(name)).map((one) => one.stop()));
  };
  try {
    return await start(options, processes, ends, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

function isServer(name: string): boolean {
  return name === 'redis' || name === 'store';
}

async function start(
  options: FleetOptions,
  processes: Map<string, KillableProcess>,
  ends: (() => Promise<void>)[],
  stop: () => Promise<void>,
): Promise<Fleet> {
  const { cloneFolder, folder, onBroken } = options;
  const material = openMaterial(folder);
  const add = async (name: string, startOne: (port: number | undefined) => Promise<StartedProcess>) => {
    const loseData = () => rmSync(join(folder, name), { recursive: true, force: true });
    const one = await startKillable({ name, start: startOne, loseData, onBroken });
    processes.set(name, one);
    return one;
  };
  const redis = await add('redis', await toRedisStart(options));
  const store = await add('store', (port) => startStore(options, port));
  const env = {
    ...options.env,
    REDIS_URL: `redis://127.0.0.1:${redis.port}`,
    MONGODB_URI: `mongodb://127.0.0.1:${store.port}/chaos?directConnection=true`,
    JOB_LOCK_MS: jobLockMs,
    EFFECT_LEASE_MS: effectLeaseMs,
    LOG_LEVEL: 'info',
  };
  await runProgram({
    command: process.execPath,
    args: [join(cloneFolder, 'shared/store/dist/migrate-command.js')],
    env: { ...env, LOG_LEVEL: 'error' },
    timeoutMs: 60_000,
  });

  const run = (name: string, at: string, more: NodeJS.ProcessEnv) => (port: number | undefined) =>
    startProgram(options, name, at, { ...env, ...more }, port);
  const endOfWire = async (name: string, at: string, more: NodeJS.ProcessEnv) => {
    const one = await run(name, at, more)(undefined);
    ends.push(one.stop);
    return `http://127.0.0.1:${one.port}`;
  };
  const simulator = await endOfWire('wechat-simulator', 'services/wechat-simulator/dist', {
    SIMULATOR_FILE: material.writeSimulatorFile(),
  });
  const shop = await endOfWire('shop', 'deploy/examples/shop/dist', {
    WEBHOOK_SECRET_FILE: material.webhookSecretFile,
  });
  await post(`${simulator}/simulator/clock`, { speed: Number(clockSpeed) });

  const shared = {
    MERCHANTS_FILE: material.writeMerchantsFile(`${shop}/webhooks/huidiao`),
    WECHAT_PAY_API_URL: simulator,
    WECHAT_API_URL: simulator,
  };
  const service = (name: string, more: NodeJS.ProcessEnv = {}) =>
    add(name, run(name, `services/${name}/dist`, { ...shared, ...more }));
  const ingress = await service('ingress');
  const [merchantApi] = await Promise.all([
    service('merchant-api', { CALLBACK_BASE_URL: `http://127.0.0.1:${ingress.port}` }),
    service('order-worker'),
    service('message-worker'),
    service('reconciler'),
  ]);
  const addresses = { merchantApi: `http://127.0.0.1:${merchantApi.port}`, simulator, shop };
  const apiKey = await openApiKey({
    cloneFolder,
    dataFolder: folder,
    merchantApi: addresses.merchantApi,
    mchId: material.ids.mchId,
    env: { ...env, ...shared },
  });
  return { processes, material, apiKey: apiKey.key, addresses, stop };
}

async function post(url: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
}

async function startProgram(
  { cloneFolder, folder }: FleetOptions,
  name: string,
  at: string,
  env: NodeJS.ProcessEnv,
  port: number | undefined,
): Promise<StartedProcess> {
  const local = { HOST: '127.0.0.1', PORT: String(port ?? 0), HEALTH_HOST: '127.0.0.1', HEALTH_PORT: '0' };
  const started = await startNodeProcess({
    name,
    file: join(cloneFolder, at, 'main.js'),
    env: { ...env, ...local },
    logFile: toLogFile(folder, name),
  });
  return { ...started, port: started.port ?? 0 };
}

/** The embedded store alone: a MongoDB that somebody named is not ours to kill. */
async function startStore(options: FleetOptions, port: number | undefined): Promise<StartedProcess> {
  const folder = join(options.folder, 'store');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const env = { ...options.env, EMBEDDED_STORE_FOLDER: folder };
  return await startProgram(options, 'store', 'deploy/local/dist/embedded-store', env, port);
}

/** A Redis that keeps what it acknowledges, started with the same data each time. */
async function toRedisStart({ folder, cloneFolder, env }: FleetOptions) {
  const programsFolder = join(cloneFolder, '.huidiao/programs');
  mkdirSync(programsFolder, { recursive: true, mode: 0o700 });
  const program = await findRedisProgram({ env, dataFolder: folder, programsFolder, say: console.log });
  if (program === undefined)
    throw new Error('no redis-server or valkey-server was found that could be killed');

  return async (wantedPort: number | undefined): Promise<StartedProcess> => {
    const port = wantedPort ?? (await findFreePort());
    const data = join(folder, 'redis');
    const server = startKeptProcess({
      name: 'redis',
      command: program.command,
      args: ['--port', String(port), '--bind', '127.0.0.1', '--dir', data, ...durableSettings],
      folder: data,
      logFile: toLogFile(folder, 'redis'),
      env,
      ...(program.env && { extraEnv: program.env }),
    });
    if (!(await untilRedisAnswers(port, server.ended, 15_000))) throw new Error('Redis did not come up');
    return { ...server, port };
  };
}
