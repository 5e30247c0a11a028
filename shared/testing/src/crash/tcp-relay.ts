import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** An address that stays while the servers behind it come and go, as a proxy before replicas is. */
export interface TcpRelay {
  readonly port: number;
  /** Who listens on 127.0.0.1 now; undefined is nobody. */
  serverPort: number | undefined;
  close(): Promise<void>;
}

/** Listens on a free port. */
export async function createTcpRelay(): Promise<TcpRelay> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    return socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    keep(client);
    if (relay.serverPort === undefined) return void client.destroy();
    const remote = keep(connect(relay.serverPort, '127.0.0.1'));
    client.pipe(remote).pipe(client);
    client.on('close', () => remote.destroy());
    remote.on('close', () => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const relay: TcpRelay = {
    port: (server.address() as AddressInfo).port,
    serverPort: undefined,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return relay;
}
