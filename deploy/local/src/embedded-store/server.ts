import { once } from 'node:events';
import { appendFileSync, mkdirSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type AppendOnlyLog, openLog } from './append-only-log.ts';
import { Collections } from './collections.ts';
import { runCommand } from './command-table.ts';
import { Cursors } from './cursors.ts';
import { lockFolder } from './folder-lock.ts';
import { MAX_MESSAGE_BYTES, parseRequest, toReplyMessage } from './wire-protocol.ts';

/** There is no password, so nobody but this machine may connect. */
const HOST = '127.0.0.1';

/** Printed where an embedded store starts. */
export const EMBEDDED_STORE_NOTICE =
  'This is the embedded store, for evaluation and tests on one machine: one process, no replicas, no password. ' +
  'To use MongoDB (7 or later), set MONGODB_URI, for example to mongodb://127.0.0.1:27017/huidiao, or put mongod on the PATH.';

export interface EmbeddedStoreOptions {
  /** Where the log is kept; undefined: in memory only. */
  folder?: string | undefined;
  /** 0, the default, is any free port. */
  port?: number;
  /** A file that gets a line for each operation of `recorded` when it is first seen. */
  recordFile?: string | undefined;
  /** How often documents are deleted whose time is over; as MongoDB, once a minute by default. */
  sweepEveryMs?: number;
}

export interface EmbeddedStore {
  uri: string;
  port: number;
  /** How many times the log was synced. */
  syncs(): number;
  /** What was asked so far: `database command`, and with it each operator, `$in`, and each option, `option:limit`. */
  recorded(): string[];
  /** Closes the connections, lets what was begun become durable, and ends. */
  close(): Promise<void>;
}

/**
 * Starts a server that speaks MongoDB's wire protocol for exactly what the services use; the rest is refused with
 * code 59. A command is run whole as soon as it is read. Its reply, a reader's too, waits until everything done so far
 * is durable: so nothing is acknowledged or shown that a crash could take back. When the log cannot be written the
 * process ends, by a rejection that nothing handles, for its memory is ahead of its disk.
 * @throws Error if the folder is in use, its log damaged, or the port taken
 */
export async function startEmbeddedStore(options: EmbeddedStoreOptions = {}): Promise<EmbeddedStore> {
  const { folder, port = 0, recordFile, sweepEveryMs = 60_000 } = options;
  const { collections, log, unlock } = await openFolder(folder);
  const cursors = new Cursors();
  const usage = new Set<string>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    eachMessage(socket, (message) => {
      const request = parseRequest(message);
      const [name = ''] = Object.keys(request.command);
      const note = (feature: string) => {
        const operation = `${request.command.$db} ${name} ${feature}`.trimEnd();
        if (recordFile !== undefined && !usage.has(operation)) appendFileSync(recordFile, `${operation}\n`);
        usage.add(operation);
      };
      const reply = toReplyMessage(request, runCommand({ ...request, name, collections, cursors, note }));
      return Promise.resolve(log?.synced()).then(() => request.wantsReply && socket.write(reply));
    });
  });
  server.maxConnections = 2000;
  const sweep = setInterval(() => {
    collections.deleteExpired(new Date());
    void log?.synced();
  }, sweepEveryMs).unref();
  const close = async () => {
    clearInterval(sweep);
    server.close();
    for (const socket of sockets) socket.destroy();
    await log?.close();
    unlock();
  };
  await once(server.listen(port, HOST), 'listening').catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const bound = (server.address() as AddressInfo).port;
  const recorded = () => [...usage];
  return { uri: `mongodb://${HOST}:${bound}`, port: bound, syncs: () => log?.syncs ?? 0, recorded, close };
}

async function openFolder(folder: string | undefined) {
  let log: AppendOnlyLog | undefined;
  const collections = new Collections((record) => log?.append(record));
  if (folder === undefined) return { collections, log, unlock: () => {} };
  mkdirSync(folder, { recursive: true });
  const unlock = lockFolder(folder);
  log = await openLog(folder, collections).catch((error: unknown) => {
    unlock();
    throw error;
  });
  return { collections, log, unlock };
}

/** Hands on the messages of a connection, one after another; what is no message closes it, and it alone. */
function eachMessage(socket: Socket, handle: (message: Buffer) => Promise<unknown>): void {
  let length: number | undefined;
  let isBusy = false;
  const handleNext = () => {
    try {
      // A client that does not read its replies gets to send no more commands.
      if (socket.destroyed || socket.writableNeedDrain) return undefined;
      length ??= (socket.read(4) as Buffer | null)?.readInt32LE(0);
      if (length === undefined) return undefined;
      if (length < 16 || length > MAX_MESSAGE_BYTES) throw new RangeError(`a message of ${length} bytes`);
      const message = socket.read(length - 4) as Buffer | null;
      if (message === null) return undefined;
      length = undefined;
      return handle(message);
    } catch {
      socket.destroy();
    }
  };
  const take = async () => {
    if (isBusy) return;
    isBusy = true;
    for (let done = handleNext(); done !== undefined; done = handleNext()) await done;
    isBusy = false;
  };
  socket.setNoDelay(true).on('readable', take).on('drain', take);
  socket.on('error', () => socket.destroy());
}
