import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isFreePort } from '../processes/free-port.ts';
import { type ReadyProcess, startNodeProcess } from '../processes/node-process.ts';
import { runProgram } from '../processes/run-program.ts';
import { toLogFile } from '../processes/running-process.ts';
import { toApiKeyFile } from './api-key.ts';
import type { Material } from './material.ts';
import type { ReleaseStack } from './release-stack.ts';
import { setAddresses } from './set-addresses.ts';

/** Where the programs of a local installation are and what they share. */
export interface ServicesSetup {
  readonly cloneFolder: string;
  readonly dataFolder: string;
  readonly material: Material;
  /** The environment that every program gets, REDIS_URL and MONGODB_URI included. */
  readonly env: NodeJS.ProcessEnv;
  /** Take the ports that the README names, where they are free; otherwise any. */
  readonly wantsKnownPorts: boolean;
  /** What to do where the store does not take its indexes. */
  readonly ifNoStore: string;
  readonly releases: ReleaseStack;
  say(line: string): void;
  /** Told of each program that runs. */
  onStarted(process: ReadyProcess): void;
}

/** The addresses of what runs, `http://127.0.0.1:<port>`; `health` has second ports: /healthz, /readyz and /metrics. */
export interface Addresses {
  readonly ingress: string;
  readonly merchantApi: string;
  readonly simulator: string;
  readonly shop: string;
  readonly health: Readonly<Record<string, string>>;
}

/** What the README names. */
const knownPorts: Readonly<Record<string, number>> = {
  ingress: 3000,
  'merchant-api': 3001,
  'wechat-simulator': 3002,
  shop: 3003,
};

/** Indexes first, or no service starts. @throws with the command's own words. */
async function migrate({ cloneFolder, env, ifNoStore }: ServicesSetup): Promise<void> {
  const run = {
    command: process.execPath,
    args: [join(cloneFolder, 'shared/store/dist/migrate-command.js')],
    env: { ...env, LOG_LEVEL: 'error' },
    timeoutMs: 60_000,
  };
  await runProgram(run).catch((error: Error) => {
    throw new Error(`MongoDB could not be prepared.\n${error.message}\n${ifNoStore}`);
  });
}

/**
 * Makes the indexes and starts the two ends of the wires, then the services between them, each as its own process.
 * @throws when one does not start, with the tail of its log.
 */
export async function startServices(setup: ServicesSetup): Promise<Addresses> {
  const { material } = setup;
  const apiUrlFile = join(setup.dataFolder, 'merchant-api-url');
  rmSync(apiUrlFile, { force: true });
  const [[simulator, shop]] = await Promise.all([startEnds(setup, apiUrlFile), migrate(setup)]);
  const wechat = toUrl(simulator.port);
  const shared = {
    MERCHANTS_FILE: material.writeMerchantsFile(`${toUrl(shop.port)}/webhooks/huidiao`),
    WECHAT_PAY_API_URL: wechat,
    WECHAT_API_URL: wechat,
  };
  const between = await startTogether(setup, [
    ['ingress', 'services/ingress', shared],
    ['order-worker', 'services/order-worker', shared],
    ['message-worker', 'services/message-worker', shared],
    ['reconciler', 'services/reconciler', shared],
  ]);
  const ingress = toUrl(between[0]?.port);
  await setAddresses(wechat, ingress, material.ids);
  const [api] = await startTogether(setup, [
    ['merchant-api', 'services/merchant-api', { ...shared, CALLBACK_BASE_URL: ingress }],
  ]);
  const merchantApi = toUrl(api?.port);
  writeFileSync(apiUrlFile, merchantApi);
  const withHealth = [...between, api, simulator].flatMap((program) => program ?? []);
  return {
    ingress,
    merchantApi,
    simulator: wechat,
    shop: toUrl(shop.port),
    health: Object.fromEntries(withHealth.map(({ name, healthPort }) => [name, toUrl(healthPort)])),
  };
}

/** The shop is asked for its address before merchant-api can be, so what it asks merchant-api with comes in files. */
async function startEnds(
  setup: ServicesSetup,
  apiUrlFile: string,
): Promise<[simulator: ReadyProcess, shop: ReadyProcess]> {
  const { material } = setup;
  const [simulator] = await startTogether(setup, [
    ['wechat-simulator', 'services/wechat-simulator', { SIMULATOR_FILE: material.writeSimulatorFile() }],
  ]);
  const shopEnv = {
    WEBHOOK_SECRET_FILE: material.webhookSecretFile,
    MERCHANT_API_URL_FILE: apiUrlFile,
    MERCHANT_API_KEY_FILE: toApiKeyFile(setup.dataFolder),
    // A variable goes before its file, also one that somebody has set for a shop of theirs.
    ...{ WEBHOOK_SECRET: '', MERCHANT_API_URL: '', MERCHANT_API_KEY: '' },
    SIMULATOR_URL: toUrl(simulator?.port),
    APPID: material.ids.appId,
  };
  const [shop] = await startTogether(setup, [['shop', 'deploy/examples/shop', shopEnv]]);
  if (!simulator || !shop) throw new Error('a program that was started is missing');
  return [simulator, shop];
}

type Program = readonly [name: string, folder: string, env: NodeJS.ProcessEnv];

async function startTogether(setup: ServicesSetup, programs: readonly Program[]): Promise<ReadyProcess[]> {
  const started = await Promise.allSettled(programs.map((program) => start(setup, program)));
  const running = started.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  setup.releases.add(async () => {
    await Promise.all(running.map((one) => one.stop()));
  });
  const failed = started.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
  return running;
}

async function start(setup: ServicesSetup, [name, folder, env]: Program): Promise<ReadyProcess> {
  mkdirSync(setup.dataFolder, { recursive: true, mode: 0o700 });
  const knownPort = setup.wantsKnownPorts ? knownPorts[name] : undefined;
  const port = knownPort !== undefined && (await isFreePort(knownPort)) ? knownPort : 0;
  const startOn = (chosen: number) => {
    const local = { HOST: '127.0.0.1', PORT: String(chosen), HEALTH_HOST: '127.0.0.1', HEALTH_PORT: '0' };
    return startNodeProcess({
      name,
      file: join(setup.cloneFolder, folder, 'dist/main.js'),
      env: { ...setup.env, ...local, ...env },
      logFile: toLogFile(setup.dataFolder, name),
    });
  };
  const started = await startOn(port).catch((error: Error) => {
    // Another npm start may have taken the port since we looked.
    if (port !== 0 && error.message.includes('EADDRINUSE')) return startOn(0);
    if (!error.message.includes(setup.material.folder)) throw error;
    throw new Error(
      `${error.message}\nKeys, secrets and the files that name them are in ${setup.material.folder}; without ${setup.dataFolder} everything begins anew.`,
    );
  });
  if (knownPort !== undefined && started.port !== knownPort) {
    setup.say(
      `port ${knownPort} is in use, so ${name} is at ${toUrl(started.port)} and not where the README says`,
    );
  }
  setup.onStarted(started);
  return started;
}

function toUrl(port: number | undefined): string {
  if (port === undefined) throw new Error('a program that listens did not say on which port');
  return `http://127.0.0.1:${port}`;
}
