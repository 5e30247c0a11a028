import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Stands before a real server, to make the faults of a network. */
export interface TcpProxy {
  /** The server's URL with the address of the proxy. */
  readonly url: string;
  /** Cuts every connection and refuses new ones. */
  refuse(): Promise<void>;
  /** Listens again, on the same port. */
  accept(): Promise<void>;
  /** Swallows everything from now on, without closing a connection: a cable pulled out. */
  silence(): void;
  /** New connections work; those that fell silent stay so. */
  speakToNewConnections(): void;
  close(): Promise<void>;
}

export async function createTcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port: targetPort } = new URL(target);
  const sockets = new Set<Socket>();
  let silent = false;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    return socket.on('close', () => sockets.delete(socket));
  };
  const server: Server = createServer((client) => {
    // One that was in the backlog when the server closed would keep it from ever being closed.
    if (!server.listening) return void client.destroy();
    const remote = connect(Number(targetPort), hostname);
    const quiet = { client: silent };
    for (const [from, to] of [
      [keep(client), keep(remote)],
      [remote, client],
    ] as const) {
      from.on('data', (chunk) => {
        quiet.client ||= silent;
        if (!quiet.client) to.write(chunk);
      });
      from.on('close', () => to.destroy());
    }
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const refuse = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: target.replace(`${hostname}:${targetPort}`, `127.0.0.1:${port}`),
    refuse,
    accept: () => listen(port),
    silence: () => {
      silent = true;
    },
    speakToNewConnections: () => {
      silent = false;
    },
    close: refuse,
  };
}
