import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Swallows what comes on a connection to Redis that once blocked, as a half dead network does; the rest goes through. */
export interface HalfDeadProxy {
  readonly url: string;
  /** Connections that it has swallowed. */
  swallowed(): number;
  /** Connections made from now on work. */
  heal(): void;
  close(): void;
}

/** @param lanes once so many connections block, what connects anew is swallowed from its first byte */
export async function createHalfDeadProxy(target: string, lanes: number): Promise<HalfDeadProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let healed = false;
  let swallowed = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    let dead = !healed && swallowed >= lanes;
    client.on('data', (chunk) => {
      if (!healed && !dead && /bzpopmin/i.test(chunk.toString('latin1'))) {
        dead = true;
        swallowed += 1;
      }
      if (!dead) upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (!dead) client.write(chunk);
    });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => [client, upstream].map((end) => end.destroy()));
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    swallowed: () => swallowed,
    heal() {
      healed = true;
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
