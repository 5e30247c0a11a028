import { Socket } from 'node:net';

/** The address of a server as one process alone knows it, so that its connections can be told from all others. */
export interface OwnAddress {
  readonly url: string;
  /**
   * Destroys each connection that was made to it and refuses new ones; at once, as the end of its process would.
   * Resolves when who made them has heard of it.
   */
  cut(): Promise<void>;
}

interface Connections {
  readonly hostname: string;
  readonly sockets: Set<Socket>;
  isCut: boolean;
}

/** By names that no other server has (https://www.rfc-editor.org/rfc/rfc2606#section-2). */
const byName = new Map<string, Connections>();
let watched = false;

/**
 * A proxy would do the same with a port, but pass on every byte of Redis and MongoDB in this very process.
 * @param server its URL
 */
export function createOwnAddress(server: string): OwnAddress {
  if (!watched) watchConnections();
  watched = true;
  const { hostname } = new URL(server);
  const name = `process-${byName.size + 1}.invalid`;
  const connections: Connections = { hostname, sockets: new Set(), isCut: false };
  byName.set(name, connections);
  return {
    url: server.replace(hostname, name),
    async cut() {
      connections.isCut = true;
      await Promise.all([...connections.sockets].map(destroy));
    },
  };
}

function destroy(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve()).destroy();
  });
}

/** `net.connect` hands its socket one list: the options, which are the caller's own, and a listener. */
function watchConnections(): void {
  const connect = Socket.prototype.connect as (...args: unknown[]) => Socket;
  Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
    const [list] = args;
    const connections = Array.isArray(list) ? byName.get(list[0]?.host) : undefined;
    if (Array.isArray(list) && connections !== undefined) {
      list[0] = { ...list[0], ...toReal(connections) };
      connections.sockets.add(this);
      this.on('close', () => connections.sockets.delete(this));
    }
    return connect.apply(this, args);
  };
}

function toReal({ hostname, isCut }: Connections): object {
  if (!isCut) return { host: hostname };
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  return { lookup: (_host: string, _options: object, answer: (error: Error) => void) => answer(refused) };
}
