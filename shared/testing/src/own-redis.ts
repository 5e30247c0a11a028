import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { waitFor } from './wait-for.ts';

/** A durable redis-server of one test, on an address that it keeps. Close it. */
export interface OwnRedis {
  readonly url: string;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again: with what it wrote to disk, or `empty`. */
  start(data: 'kept' | 'empty'): Promise<void>;
  close(): Promise<void>;
}

const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];

/** None outlives the run, however that ends. */
const servers = new Set<ChildProcess>();
process.once('exit', () => {
  for (const server of servers) server.kill('SIGKILL');
});

/** Started and ready. */
export async function createOwnRedis(): Promise<OwnRedis> {
  const port = await findFreePort();
  // A later run removes folders of this name whose process is gone.
  const folder = await mkdtemp(join(tmpdir(), `huidiao-test-${process.pid}-redis-`));
  let server: ChildProcess | undefined;

  const kill = async (): Promise<void> => {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
    servers.delete(server);
  };
  const own: OwnRedis = {
    url: `redis://127.0.0.1:${port}`,
    kill,
    async start(data) {
      if (data === 'empty') await rm(join(folder, 'appendonlydir'), { recursive: true, force: true });
      const where = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder];
      server = spawn('redis-server', [...where, ...durable], { stdio: 'ignore' });
      servers.add(server);
      await untilReady(port);
    },
    async close() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await own.start('empty').catch((error: unknown) => own.close().then(() => Promise.reject(error)));
  return own;
}

async function untilReady(port: number): Promise<void> {
  const client = new Redis(port, { lazyConnect: true, retryStrategy: () => 20 });
  client.on('error', () => undefined);
  try {
    await client.connect().catch(() => undefined);
    await waitFor('redis-server', async () => (await client.ping()) === 'PONG');
  } finally {
    client.disconnect();
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
