import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@huidiao/testing';
import { Redis } from 'ioredis';

/** A redis-server of one test, durable unless `settings` say otherwise. */
export interface OwnRedis {
  readonly url: string;
  /** A connection to look into the server with. */
  readonly client: Redis;
  /** Starts it again on the same port, with what it wrote to disk, or with nothing. */
  start(options?: { readonly empty?: boolean }): Promise<void>;
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** None outlives the run, however that ends. */
const servers = new Set<ChildProcess>();
process.once('exit', () => {
  for (const server of servers) server.kill('SIGKILL');
});

export async function createOwnRedis(settings: Readonly<Record<string, string>> = {}): Promise<OwnRedis> {
  const port = await findFreePort();
  const durable = { appendonly: 'yes', appendfsync: 'always', 'maxmemory-policy': 'noeviction', save: '' };
  const config = { bind: '127.0.0.1', port: String(port), ...durable, ...settings };
  const args = Object.entries(config).flatMap(([name, value]) => [`--${name}`, value]);
  // A later run removes folders of this name whose process is gone.
  const folder = await mkdtemp(join(tmpdir(), `huidiao-test-${process.pid}-redis-`));
  const client = new Redis(port, { lazyConnect: true, retryStrategy: () => 20 });
  client.on('error', () => undefined);
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
    client,
    async start({ empty = false } = {}) {
      if (empty) await rm(join(folder, 'appendonlydir'), { recursive: true, force: true });
      server = spawn('redis-server', [...args, '--dir', folder], { stdio: 'ignore' });
      servers.add(server);
      if (client.status === 'wait') await client.connect().catch(() => undefined);
      await waitFor('redis-server', async () => (await client.ping()) === 'PONG');
    },
    signal: (signal) => void server?.kill(signal),
    kill,
    async close() {
      client.disconnect();
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await own.start().catch((error: unknown) => own.close().then(() => Promise.reject(error)));
  return own;
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
