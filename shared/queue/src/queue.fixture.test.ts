import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeadLetter, DeadLetterSink, JobData } from '@huidiao/contracts';
import { createLogger, createMetrics } from '@huidiao/runtime';
import { waitFor } from '@huidiao/testing';
import { Redis } from 'ioredis';
import { createProducer, type Producer, type ProducerOptions } from './producer.ts';

/** What the tests of this package share; it holds no test itself. */

export const silentLogger = createLogger({ service: 'test', level: 'silent' });
export const newMetrics = () => createMetrics({ service: 'test' });

/** A logger whose lines can be looked at. */
export function createRecordingLogger() {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line));
  return { lines, logger: createLogger({ service: 'test', level: 'info' }, { write }) };
}

/** A durable producer that says nothing, unless `options` say otherwise. */
export function createTestProducer(url: string, options: Partial<ProducerOptions> = {}): Producer {
  return createProducer({
    redis: { url },
    prefix: 'huidiao',
    durability: 'always',
    waitReplicas: 0,
    logger: silentLogger,
    metrics: newMetrics(),
    ...options,
  });
}

/** A handler whose job goes on until it is released, and then ends with this outcome. */
export function createHeldJob(outcome: string) {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { release, handler: () => released.then(() => ({ outcome })) };
}

/** Data of the simplest job of the catalogue. */
export function messageData(outTradeNo = 'order-0001'): JobData<'send-subscribe-message'> {
  return { requestId: 'request-1', mchId: '1900000001', outTradeNo, effectId: `effect_${outTradeNo}` };
}

/** Dead letters in memory; `fail` makes the next stores or resolves reject. */
export function createTestDeadLetters() {
  const stored: DeadLetter[] = [];
  const resolved: string[] = [];
  const failures: { store?: Error; resolve?: Error } = {};
  const sink: DeadLetterSink = {
    async store(deadLetter) {
      if (failures.store) throw failures.store;
      stored.push(deadLetter);
    },
    async resolve(_queue, jobId) {
      if (failures.resolve) throw failures.resolve;
      resolved.push(jobId);
    },
  };
  return { sink, stored, resolved, failures };
}

export interface OwnRedis {
  readonly port: number;
  readonly url: string;
  /** A connection to look into the server with. */
  readonly client: Redis;
  /** Starts the server again, on the same port and with what it wrote to disk. */
  start(changes?: Readonly<Record<string, string>>): Promise<void>;
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** A redis-server of one test, durable unless `settings` say otherwise; `started: false` only takes a port. */
export async function createOwnRedis(
  settings: Readonly<Record<string, string>> = {},
  { started = true } = {},
): Promise<OwnRedis> {
  const port = await findFreePort();
  // A later run removes folders of this name whose process is gone.
  const dir = await mkdtemp(join(tmpdir(), `huidiao-test-${process.pid}-redis-`));
  const config = { ...durableSettings, port: String(port), ...settings };
  const client = new Redis(port, { lazyConnect: true, retryStrategy: () => 20 });
  client.on('error', () => undefined);
  let server: ChildProcess | undefined;

  const start = async (changes = {}): Promise<void> => {
    const args = toArguments({ ...config, ...changes });
    server = spawn('redis-server', [...args, '--dir', dir], { stdio: 'ignore' });
    servers.add(server);
    if (client.status === 'wait') await client.connect().catch(() => undefined);
    await waitFor('redis-server', async () => (await client.ping()) === 'PONG');
  };
  const kill = async (): Promise<void> => {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
    servers.delete(server);
  };
  const own: OwnRedis = {
    port,
    url: `redis://127.0.0.1:${port}`,
    client,
    start,
    signal: (signal) => void server?.kill(signal),
    kill,
    async close() {
      client.disconnect();
      await kill();
      await rm(dir, { recursive: true, force: true });
    },
  };
  if (started) await start().catch((error: unknown) => own.close().then(() => Promise.reject(error)));
  return own;
}

/** Something between a client and a server whose target can be changed, as a failover does it. */
export interface Switch {
  readonly port: number;
  readonly url: string;
  /** Lets nothing through any more, without closing anything. */
  hold(): void;
  /** Leads the next connections to another port, and leaves those that stand. */
  leadNext(port: number): void;
  /** Cuts every connection, and leads the next ones to another port. */
  lead(port: number): void;
  close(): void;
}

/** @param latencyMs that it adds to each way, in milliseconds */
export async function createSwitch(port: number, latencyMs = 0): Promise<Switch> {
  let target = port;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    if (latencyMs === 0) client.pipe(upstream).pipe(client);
    else
      for (const [from, to] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        from.on('data', (chunk) => void setTimeout(() => to.write(chunk), latencyMs));
      }
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => [client, upstream].map((end) => end.destroy()));
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  const address = server.address();
  const ownPort = typeof address === 'object' ? (address?.port ?? 0) : 0;
  return {
    port: ownPort,
    url: `redis://127.0.0.1:${ownPort}`,
    hold: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
    leadNext(to) {
      target = to;
    },
    lead(to) {
      target = to;
      cut();
    },
    close() {
      server.close();
      cut();
    },
  };
}

/** None outlives the run, however that ends. */
const servers = new Set<ChildProcess>();
process.once('exit', () => {
  for (const server of servers) server.kill('SIGKILL');
});

const durableSettings = {
  bind: '127.0.0.1',
  appendonly: 'yes',
  appendfsync: 'always',
  save: '',
  // A replica is served at once; by default Redis waits 5 s for others to come.
  'repl-diskless-sync-delay': '0',
};

function toArguments(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, ...value.split(' ')]);
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
