import { AppError } from '@huidiao/errors';
import mongoose, { type ConnectOptions } from 'mongoose';

/** Where the rows go when the URI names no database; the driver would take `test`. */
const defaultDatabase = 'huidiao';

/**
 * How the driver connects. They win over the same settings in the URI: each by its own name, since in
 * `writeConcern` together they would lose against a `journal` there.
 *
 * | setting | why |
 * |---|---|
 * | w, journal, wtimeoutMS | an acknowledged write survives the loss of the primary; after wtimeout its fate is unknown |
 * | serverSelectionTimeoutMS | how long an operation waits for a primary; the driver's default is 30 s |
 * | socketTimeoutMS | a stopped server keeps its connections open and answers nothing; the default is to wait for ever |
 * | waitQueueTimeoutMS | likewise for a free connection of the pool |
 * | minPoolSize | connections that are open before they are needed: the driver opens only two at a time, each with its handshakes |
 */
export function toClientOptions(
  uri: string,
  limits: {
    readonly selectionTimeoutMs: number;
    readonly socketTimeoutMs: number;
    readonly warmConnections?: number | undefined;
  },
): ConnectOptions {
  return {
    serverSelectionTimeoutMS: limits.selectionTimeoutMs,
    connectTimeoutMS: limits.selectionTimeoutMs,
    waitQueueTimeoutMS: limits.selectionTimeoutMs,
    socketTimeoutMS: limits.socketTimeoutMs,
    maxPoolSize: 50,
    ...(limits.warmConnections !== undefined && { minPoolSize: limits.warmConnections }),
    readPreference: 'primary',
    w: 'majority',
    journal: true,
    wtimeoutMS: limits.socketTimeoutMs,
    ...(namesDatabase(uri) ? {} : { dbName: defaultDatabase }),
  };
}

function namesDatabase(uri: string): boolean {
  return /^mongodb(\+srv)?:\/\/[^/]+\/[^?]/.test(uri);
}

/**
 * Finds out at once whether the URI can be used at all: while MongoDB is away nothing else would tell.
 * @throws AppError CONFIG_INVALID; its message names the problem but not the URI, which may hold a password
 */
export function assertUri(uri: string, options: ConnectOptions): void {
  const { dbName: _database, ...clientOptions } = options;
  try {
    new mongoose.mongo.MongoClient(uri, clientOptions);
  } catch (error) {
    const reason = error instanceof Error ? error.name : 'unknown';
    throw new AppError('CONFIG_INVALID', {
      message: `MONGODB_URI is not a MongoDB connection string (${reason})`,
    });
  }
}
