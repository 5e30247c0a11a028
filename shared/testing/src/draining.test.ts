import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReadyMessage } from '@huidiao/runtime';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { type Installation, type ServiceName, startInstallation } from './installation.ts';
import { writeMerchantsFile } from './merchants-file.ts';
import { environmentOf } from './run-environment.ts';
import { createTcpProxy, type TcpProxy } from './tcp-proxy.ts';
import { waitFor } from './wait-for.ts';

const services: ServiceName[] = ['ingress', 'merchant-api', 'order-worker', 'message-worker', 'reconciler'];
/** They have no work at hand, so that each only waits for what it asks of a store; 25 s is what they promise. */
const limitMs = 10_000;
const top = join(import.meta.dirname, '../../..');

type Outage = (proxies: { redis: TcpProxy; mongo: TcpProxy }) => unknown;

interface Drain {
  readonly service: string;
  readonly signal: string | null;
  readonly tookMs: number;
}

describe('SIGTERM', function () {
  this.timeout(90_000);
  let installation: Installation;
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'huidiao-test-'));
    installation = await startInstallation({ without: services });
  });
  after(async () => {
    await installation.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const outages: [name: string, breakIt: Outage][] = [
    ['with Redis silent', ({ redis }) => redis.silence()],
    ['with MongoDB silent', ({ mongo }) => mongo.silence()],
    ['with both refusing', ({ redis, mongo }) => Promise.all([redis.refuse(), mongo.refuse()])],
    ['with everything there', () => undefined],
  ];
  // To start is work, to drain is to wait: two outages start at once, and while one drains, the next one starts.
  const drains = new Map<string, Promise<Drain[]>>();
  before(() => {
    const begun: ReturnType<typeof startAll>[] = [];
    for (const [index, [name, breakIt]] of outages.entries()) {
      const earlier = begun[index - 2]?.then(({ ready }) => ready).catch(() => undefined);
      const beginning = Promise.resolve(earlier).then(() => startAll(breakIt));
      begun.push(beginning);
      const drained = beginning.then((one) => one.drained);
      drained.catch(() => undefined);
      drains.set(name, drained);
    }
  });
  for (const [name] of outages) {
    it(`ends every service within 10 s ${name}`, async () => {
      for (const { service, signal, tookMs } of (await drains.get(name)) ?? []) {
        expect(signal, `${service} was killed`).to.equal(null);
        expect(tookMs, `${service} took too long`).to.be.lessThan(limitMs);
      }
    });
  }

  /** Starts the five behind proxies of their own; once all are ready, breaks what they use, and drains them. */
  async function startAll(breakIt: Outage): Promise<{ ready: Promise<unknown>; drained: Promise<Drain[]> }> {
    const proxies = {
      redis: await createTcpProxy(installation.redisUrl),
      mongo: await createTcpProxy(installation.mongoUri),
    };
    const started = services.map((service) => startService(service, proxies));
    const ready = Promise.all(started.map((one) => one.ready));
    const drain = async (): Promise<Drain[]> => {
      try {
        await ready;
        await breakIt(proxies);
        const ended = await Promise.all(started.map(({ child }) => endService(child)));
        return ended.map((one, index) => ({ service: services[index] ?? '', ...one }));
      } finally {
        for (const { child } of started) child.kill('SIGKILL');
        await Promise.all(Object.values(proxies).map((proxy) => proxy.close()));
      }
    };
    return { ready, drained: drain() };
  }

  function startService(service: ServiceName, proxies: { redis: TcpProxy; mongo: TcpProxy }) {
    const program = join(top, 'services', service, 'dist/main.js');
    const child = spawn(process.execPath, [program], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: environmentOf({
        REDIS_URL: proxies.redis.url,
        REDIS_PREFIX: installation.prefix,
        MONGODB_URI: proxies.mongo.url,
        MERCHANTS_FILE: writeMerchantsFile(installation.directory, folder),
        CALLBACK_BASE_URL: 'https://callbacks.example.com',
        HOST: '127.0.0.1',
        PORT: '0',
        HEALTH_HOST: '127.0.0.1',
        HEALTH_PORT: '0',
      }),
    });
    const announced = new Promise<ReadyMessage>((resolve, reject) => {
      child.once('message', (message) => resolve(message as ReadyMessage));
      child.once('exit', (code) => reject(new Error(`${service} ended with ${code} before it was ready`)));
    });
    return { child, ready: announced.then(({ healthPort }) => untilReady(service, healthPort)) };
  }
});

/** Until it has reached both stores, so that an outage finds it at work and not half started. */
async function untilReady(service: string, healthPort: number): Promise<void> {
  await waitFor(`${service} to be ready`, async () => {
    return (await fetch(`http://127.0.0.1:${healthPort}/readyz`)).status === 200;
  });
}

/** Asks it to end, and says how it did; one that outlasts the limit is killed, which `signal` then shows. */
async function endService(child: ChildProcess): Promise<{ signal: string | null; tookMs: number }> {
  const startedAt = performance.now();
  const ended = new Promise<string | null>((resolve) =>
    child.once('exit', (_code, signal) => resolve(signal)),
  );
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), limitMs + 2_000);
  const signal = await ended;
  clearTimeout(killer);
  return { signal, tookMs: performance.now() - startedAt };
}
