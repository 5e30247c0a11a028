import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@huidiao/errors';
import type { Logger, Metrics } from '@huidiao/runtime';
import { type Connection, type Model, Mongoose, type Schema } from 'mongoose';
import { assertUri, toClientOptions } from './client-options.ts';
import { endClient } from './end-client.ts';
import { toStoreError } from './to-store-error.ts';
import { within } from './within.ts';

export type Database = NonNullable<Connection['db']>;

export interface StoreConnectionOptions {
  uri: string;
  logger: Logger;
  metrics: Metrics;
  /** How long an operation looks for a server that takes writes. */
  selectionTimeoutMs: number;
  /** How long a server may take to answer one command. */
  socketTimeoutMs: number;
  /** How many connections are kept open although nobody needs them; default none. */
  warmConnections?: number | undefined;
  /** How long MongoDB may be away before the driver's client is replaced; default 10 s. */
  renewAfterMs?: number | undefined;
}

/** A connection to MongoDB that never gives up, and operations on it that always end. */
export interface StoreConnection {
  table<Row>(schema: Schema<Row>): Model<Row>;
  /**
   * Runs one operation, bounded in time and measured under its name.
   * @throws AppError STORE_UNAVAILABLE: MongoDB is away or too slow; a write may have happened nevertheless
   */
  run<T>(operation: string, work: (database: Database) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const pauseBetweenConnectsMs = 500;
/** As long as the driver's monitor itself may take to look for a server again. */
const defaultRenewAfterMs = 10_000;
const closeLimitMs = 3_000;

/** Begins to connect and returns at once. @throws AppError CONFIG_INVALID when the URI is not one */
export function createStoreConnection(options: StoreConnectionOptions): StoreConnection {
  const { uri, logger, selectionTimeoutMs, socketTimeoutMs } = options;
  const operationLimitMs = selectionTimeoutMs + socketTimeoutMs;
  const clientOptions = toClientOptions(uri, options);
  assertUri(uri, clientOptions);
  const seconds = options.metrics.histogram({
    name: 'huidiao_store_operation_seconds',
    help: 'Duration of operations on MongoDB',
    labelNames: ['operation', 'outcome'],
  });
  const closing = new AbortController();
  const connection = createConnection(socketTimeoutMs);
  const { renewAfterMs = defaultRenewAfterMs } = options;
  watchOutages(connection, { logger, closing: closing.signal, renewAfterMs, renew });
  let lastFailure: unknown;
  let connecting = keepConnecting();
  connecting.catch(() => undefined);

  return { table, run, close };

  /**
   * Replaces the driver's client. Its monitor can wait for ever: when it writes to a connection that the server has
   * just closed, it waits for a `drain` of a socket that is gone (mongodb 7.8, lib/cmap/connection.js, writeCommand),
   * and never looks for the server again. Under load this was seen in one outage of twelve.
   */
  function renew(): void {
    logger.warn({ event: 'store.renewed' }, 'store.renewed');
    lastFailure = new Error('MongoDB was away for so long that its client is replaced');
    connecting = release(connecting)
      .catch(() => undefined)
      .then(keepConnecting);
    connecting.catch(() => undefined);
  }

  /** Neither the driver nor mongoose tries a second time when the first connection fails. */
  async function keepConnecting(): Promise<Database> {
    for (;;) {
      try {
        await connection.openUri(uri, { ...clientOptions });
        if (lastFailure !== undefined) logger.info({ event: 'store.back' }, 'store.back');
        lastFailure = undefined;
        return connection.db ?? raise(new TypeError('an open connection has a database'));
      } catch (error) {
        closing.signal.throwIfAborted();
        if (lastFailure === undefined) logger.warn({ event: 'store.away', ...toReason(error) }, 'store.away');
        lastFailure = error;
        await delay(pauseBetweenConnectsMs, undefined, { signal: closing.signal });
      }
    }
  }

  async function run<T>(operation: string, work: (database: Database) => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    let outcome = 'ok';
    try {
      if (closing.signal.aborted) throw unavailable('closed');
      if (lastFailure !== undefined) throw unavailable('not connected');
      const database = await within(selectionTimeoutMs, connecting, () => unavailable('not connected'));
      return await within(operationLimitMs, work(database), () => unavailable('no answer in time'));
    } catch (error) {
      const failure = closing.signal.aborted ? unavailable('closed', error) : toStoreError(error, operation);
      outcome = failure.code;
      throw failure;
    } finally {
      seconds.observe({ operation, outcome }, (performance.now() - startedAt) / 1_000);
    }
  }

  function unavailable(reason: string, cause = lastFailure): AppError {
    return new AppError('STORE_UNAVAILABLE', { details: { reason }, cause });
  }

  function table<Row>(schema: Schema<Row>): Model<Row> {
    const name = schema.get('collection') ?? raise(new TypeError('a schema names its collection'));
    // Two stores may work on one collection; mongoose compiles a model once.
    return (connection.models[name] as Model<Row> | undefined) ?? connection.model<Row>(name, schema);
  }

  async function close(): Promise<void> {
    if (closing.signal.aborted) return;
    closing.abort();
    await release(connecting).catch((error: unknown) => {
      logger.warn({ event: 'store.close-failed', ...toReason(error) }, 'store.close-failed');
    });
  }

  /**
   * The client first, by itself: mongoose would wait for the attempt to connect that is under way.
   * @throws AppError STORE_UNAVAILABLE: the client is gone, but could not say goodbye
   */
  async function release(underWay: Promise<unknown>): Promise<void> {
    try {
      await endClient(connection.getClient(), closeLimitMs, () => unavailable('MongoDB does not let go'));
    } catch (error) {
      // Else mongoose may take this client for one that is open; it would wait for the goodbye for ever.
      connection.close().catch(() => undefined);
      throw error;
    }
    await underWay.catch(() => undefined);
    await connection.close();
  }
}

/** A connection of a mongoose of its own: nothing is shared with another store of this process. */
function createConnection(maxTimeMS: number): Connection {
  const odm = new Mongoose();
  odm.set({
    autoCreate: false,
    autoIndex: false,
    bufferCommands: false,
    maxTimeMS,
    sanitizeFilter: true,
    strictQuery: 'throw',
  });
  return odm.createConnection();
}

interface OutageWatch {
  readonly logger: Logger;
  readonly closing: AbortSignal;
  readonly renewAfterMs: number;
  /** Called once in an outage that lasts so long. */
  renew(): void;
}

/** One line when MongoDB goes away after it was there, one when it is back. */
function watchOutages(connection: Connection, { logger, closing, renewAfterMs, renew }: OutageWatch): void {
  let isThere = false;
  let renewal: NodeJS.Timeout | undefined;
  connection.on('error', (error: unknown) => logger.debug({ event: 'store.error', ...toReason(error) }));
  connection.on('connected', () => {
    isThere = true;
    clearTimeout(renewal);
  });
  connection.on('reconnected', () => logger.info({ event: 'store.back' }, 'store.back'));
  connection.on('disconnected', () => {
    if (isThere && !closing.aborted) {
      logger.warn({ event: 'store.away' }, 'store.away');
      renewal = setTimeout(renew, renewAfterMs).unref();
    }
    isThere = false;
  });
  closing.addEventListener('abort', () => clearTimeout(renewal));
}

function toReason(error: unknown): { reason: string } {
  return { reason: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
}

function raise(error: Error): never {
  throw error;
}
