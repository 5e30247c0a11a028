import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import mongoose from 'mongoose';

/** What a server on the network can be like: it passes all on, stays silent, or refuses connections. */
type ProxyMode = 'through' | 'silent' | 'away';

export interface MongoProxy {
  /** The same database, by way of this proxy. */
  readonly uri: string;
  /** Every command that passed, as it was sent. */
  readonly commands: Record<string, unknown>[];
  setMode(mode: ProxyMode): void;
  /** Connections that were refused so far. */
  refused(): number;
  close(): Promise<void>;
}

/** A TCP proxy before MongoDB that makes the faults of a network and of a stopped server. */
export async function createMongoProxy(target: string, mode: ProxyMode = 'through'): Promise<MongoProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const commands: Record<string, unknown>[] = [];
  let current = mode;
  let refused = 0;
  const server = createServer((client) => {
    if (current === 'away') {
      refused += 1;
      return void client.destroy();
    }
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    const readCommands = createCommandReader(commands);
    client.on('data', (chunk) => {
      if (current !== 'through') return;
      readCommands(chunk);
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => current === 'through' && client.write(chunk));
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    uri: toProxyUri(target, server.address() as AddressInfo),
    commands,
    refused: () => refused,
    setMode: (next) => {
      current = next;
      if (next === 'away') for (const socket of sockets) socket.destroy();
    },
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

function toProxyUri(target: string, { port }: AddressInfo): string {
  const uri = new URL(target);
  uri.host = `127.0.0.1:${port}`;
  uri.searchParams.set('directConnection', 'true');
  return uri.href;
}

const opMsg = 2013;

/** https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/#op_msg: header 16, flags 4, kind 1, BSON. */
function createCommandReader(commands: Record<string, unknown>[]): (chunk: Buffer) => void {
  let unread = Buffer.alloc(0);
  return (chunk) => {
    unread = Buffer.concat([unread, chunk]);
    while (unread.length >= 4 && unread.length >= unread.readInt32LE(0)) {
      const message = unread.subarray(0, unread.readInt32LE(0));
      unread = unread.subarray(message.length);
      if (message.readInt32LE(12) !== opMsg) continue;
      const length = message.readInt32LE(21);
      commands.push(mongoose.mongo.BSON.deserialize(message.subarray(21, 21 + length)));
    }
  };
}
