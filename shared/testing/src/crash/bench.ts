import type { App, Clock, Merchant } from '@huidiao/contracts';
import { createQueueReader, type QueueReader } from '@huidiao/queue';
import { createLogger, createMetrics } from '@huidiao/runtime';
import { createStore, dropTestDatabase, type Store } from '@huidiao/store';
import { Redis } from 'ioredis';
import type { ServiceName } from '../installation.ts';
import { testMongoUri, testPrefix, testRedisUrl } from '../servers.ts';
import { testMerchant } from '../test-merchant.ts';
import type { Watch } from './around-ports.ts';
import { type CrashPoint, toText } from './crash-point.ts';
import { createGates, type Gated } from './gates.ts';
import { endLeases } from './leases.ts';
import { type ServiceInstance, startServiceInstance } from './service-instance.ts';
import { leasesEndMs, uploadLeaseEndsMs } from './service-starters.ts';
import type { Surroundings } from './surroundings.ts';
import { createTcpRelay } from './tcp-relay.ts';

/** The services of one scenario with stores of their own, on which one run follows another. */
export interface Bench {
  readonly surroundings: Surroundings;
  readonly store: Store;
  readonly queues: QueueReader;
  readonly redis: Redis;
  readonly prefix: string;
  /** Where an HTTP service is reached, whichever instance of it is there. */
  readonly ports: Readonly<Record<'ingress' | 'merchant-api', number>>;
  readonly apiKey: string;
  /** What services logged as errors. */
  readonly logLines: readonly string[];
  /** Every handler, loop and route that the services have, after the name of the service. */
  readonly units: ReadonlySet<string>;
  /** How many runs there were, with the one that is under way. */
  readonly runs: number;
  /** Every point that was passed in this run, if no process is to end in it. */
  readonly passed: ReadonlyMap<string, CrashPoint>;
  /** Whether in this run a process ended where it was to, and another one took its place. */
  readonly hasCrashed: boolean;
  /** Begins a run. The process that reaches the target ends there, once. */
  begin(target: string | undefined): void;
  /** Kills a service's process; resolves when another one has taken its place. */
  kill(service: ServiceName): Promise<void>;
  /** Handlers or loops begin nothing from now on; resolves when none is under way. */
  hold(kind: Gated): Promise<void>;
  release(kind: Gated): void;
  releaseHandlers(): void;
  /** Does with the store what was done so long ago. */
  backdate<T>(agoMs: number, write: () => Promise<T>): Promise<T>;
  /** Puts a service's clock so far ahead. */
  setClock(service: ServiceName, aheadMs: number): void;
  close(): Promise<void>;
}

export interface BenchOptions {
  readonly services: readonly ServiceName[];
  /** Services that cannot reach Redis. */
  readonly withoutRedis?: readonly ServiceName[];
  /** Which events the shop wants to hear of; default none. */
  readonly shopEvents?: readonly string[];
  /** How far the reconciler's clock is put forward when a process has ended where it was to; default leasesEndMs. */
  readonly leasesEndMs?: number;
  /** What the merchant's settings and the app's are, beyond those of other tests. */
  readonly merchant?: Partial<Merchant>;
  readonly app?: Partial<App>;
}

/** Starts the services. Close it. */
export async function openBench(surroundings: Surroundings, options: BenchOptions): Promise<Bench> {
  const redisUrl = testRedisUrl();
  const mongoUri = testMongoUri();
  const prefix = testPrefix();
  const logLines: string[] = [];
  const loggerOf = (service: string) =>
    createLogger({ service, level: 'error' }, { write: (line: string) => void logLines.push(line) });

  const logger = loggerOf('bench');
  let agoMs = 0;
  const metrics = createMetrics({ service: 'bench' });
  const ownClock: Clock = { now: () => new Date(Date.now() - agoMs) };
  const store = createStore({ uri: mongoUri, logger, metrics, clock: ownClock });
  await store.migrate();
  const { key: apiKey } = await store.apiKeys.create({ mchId: testMerchant.mchId, label: 'test' });
  const queues = createQueueReader({ redis: { url: redisUrl }, prefix, logger });
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const relays = { ingress: await createTcpRelay(), 'merchant-api': await createTcpRelay() };

  const gates = createGates();
  const units = new Set<string>();
  const aheadMs = new Map<ServiceName, number>();
  const running = new Map<ServiceName, ServiceInstance>();
  const burials: Promise<void>[] = [];
  const replacing = new Map<ServiceInstance, Promise<void>>();
  const run = { count: 0, passed: new Map<string, CrashPoint>(), isHit: false, hasCrashed: false };
  let target: string | undefined;
  let failure: unknown;

  const watch: Watch = {
    ...gates,
    found: (service, unit) => void units.add(`${service} ${unit}`),
    isTarget(point) {
      if (target === undefined || toText(point) !== target) return false;
      target = undefined;
      run.isHit = true;
      return true;
    },
    reached(point) {
      if (target === undefined && !run.isHit) run.passed.set(toText(point), point);
    },
  };

  async function start(service: ServiceName): Promise<void> {
    const clock: Clock = { now: () => new Date(Date.now() + (aheadMs.get(service) ?? 0)) };
    const settings = {
      redisUrl,
      isRedisAway: options.withoutRedis?.includes(service) ?? false,
      mongoUri,
      prefix,
      directory: surroundings.directoryFor(options),
      wechatUrl: surroundings.simulator.uri,
      callbackBaseUrl: `http://127.0.0.1:${relays.ingress.port}`,
      clock,
      logger: loggerOf(service),
    };
    const instance = await startServiceInstance(service, settings, watch);
    running.set(service, instance);
    if (service === 'ingress' || service === 'merchant-api') relays[service].serverPort = instance.port;
    const replaced = instance.over.then(() => replace(instance));
    replacing.set(instance, replaced);
    replaced.catch((error: unknown) => {
      failure = error;
    });
  }

  function putAhead(service: ServiceName, ms: number): void {
    aheadMs.set(service, (aheadMs.get(service) ?? 0) + ms);
  }

  /** Nobody waits until what it has leased is free, if it ended where it was to: the time is put forward. */
  async function replace(dead: ServiceInstance): Promise<void> {
    burials.push(dead.close());
    const { isHit } = run;
    if (isHit) {
      putAhead('reconciler', options.leasesEndMs ?? leasesEndMs);
      if (dead.service === 'order-worker') putAhead(dead.service, uploadLeaseEndsMs);
    }
    const own = [...units].filter((unit) => unit.startsWith(`${dead.service} `));
    await endLeases(redis, prefix, own);
    await start(dead.service);
    run.hasCrashed ||= isHit;
  }

  for (const service of options.services) await start(service);
  return {
    surroundings,
    store,
    queues,
    redis,
    prefix,
    ports: { ingress: relays.ingress.port, 'merchant-api': relays['merchant-api'].port },
    apiKey,
    logLines,
    units,
    get runs() {
      return run.count;
    },
    get passed() {
      return run.passed;
    },
    get hasCrashed() {
      if (failure !== undefined) throw failure;
      return run.hasCrashed;
    },
    begin(wanted) {
      Object.assign(run, { count: run.count + 1, passed: new Map(), isHit: false, hasCrashed: false });
      target = wanted;
    },
    async kill(service) {
      const instance = running.get(service);
      instance?.kill();
      await (instance && replacing.get(instance));
    },
    hold: gates.hold,
    release: gates.release,
    releaseHandlers: () => gates.releaseAll('handlers'),
    async backdate(ms, write) {
      agoMs = ms;
      try {
        return await write();
      } finally {
        agoMs = 0;
      }
    },
    setClock: (service, ms) => void aheadMs.set(service, ms),
    async close() {
      gates.releaseAll('handlers');
      gates.releaseAll('loops');
      await Promise.all([...running.values()].map((instance) => instance.close()));
      await Promise.all(burials);
      await Promise.all([relays.ingress.close(), relays['merchant-api'].close(), queues.close()]);
      redis.disconnect();
      await dropTestDatabase(mongoUri);
      await store.close();
    },
  };
}
