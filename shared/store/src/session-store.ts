import type { Clock } from '@huidiao/contracts';
import { Schema } from 'mongoose';
import type { StoreConnection } from './connection.ts';
import type { Person } from './forget-buyer.ts';
import { mapSettled } from './map-settled.ts';
import { oneBatch } from './one-batch.ts';
import { rowOptions } from './row-options.ts';
import { createSessionToken, toSessionId } from './session-token.ts';

/** A login of a user. */
export interface Session extends Person {
  /** SHA-256 of its token; worth nothing as a token. */
  readonly sessionId: string;
  readonly mchId: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export type NewSession = Pick<Session, 'mchId' | 'appId' | 'openId' | 'expiresAt'>;

/** Sessions of mini-program users. All of it throws AppError STORE_UNAVAILABLE. */
export interface SessionStore {
  /** The token is seen this once; only its hash is kept. */
  create(session: NewSession): Promise<{ token: string; session: Session }>;
  /** `undefined` for a token that is malformed, unknown or has ended. Any text may come in. */
  authenticate(token: string): Promise<Session | undefined>;
  /** As `authenticate`, of a session whose token was looked at before. */
  find(sessionId: string): Promise<Session | undefined>;
  /** The token is worth nothing from now on; may be repeated. */
  end(sessionId: string): Promise<void>;
  /** Ends all sessions of a person, and gives how many there were. It may be called again, until it gives 0. */
  forget(person: Person): Promise<number>;
}

/** Without the person once it was ended; MongoDB deletes it soon after `expiresAt`. */
interface SessionRow {
  _id: string;
  mchId?: string;
  appId?: string;
  openId?: string;
  createdAt: Date;
  expiresAt: Date;
}

const sessionSchema = new Schema<SessionRow>(
  { _id: String, mchId: String, appId: String, openId: String, createdAt: Date, expiresAt: Date },
  { ...rowOptions, collection: 'sessions' },
);

const mostAtOnce = 100;

/** Over the collection `sessions`; by `clock` a session has expired, whether or not MongoDB has deleted it. */
export function createSessionStore(connection: StoreConnection, clock: Clock): SessionStore {
  const { run } = connection;
  const rows = connection.table(sessionSchema);

  async function find(_id: string): Promise<Session | undefined> {
    const row = await run('sessions.find', async () => rows.findOne({ _id }).lean<SessionRow>());
    return row === null ? undefined : toSession(row, clock.now());
  }

  /** Whether it was there. Its row stays for MongoDB to delete: no service deletes by itself. */
  async function end(_id: string): Promise<boolean> {
    const update = { $set: { expiresAt: clock.now() }, $unset: { mchId: 1, appId: 1, openId: 1 } };
    const ended = await run('sessions.end', async () => rows.findOneAndUpdate({ _id }, update).lean());
    return ended !== null;
  }

  return {
    async create({ mchId, appId, openId, expiresAt }) {
      const token = createSessionToken();
      const sessionId = toSessionId(token) ?? raise(new TypeError('a new token has the form of one'));
      const facts = { mchId, appId, openId, createdAt: clock.now(), expiresAt };
      await run('sessions.create', async () => rows.insertOne({ _id: sessionId, ...facts }));
      return { token, session: { sessionId, ...facts } };
    },
    async authenticate(token) {
      const sessionId = toSessionId(token);
      return sessionId === undefined ? undefined : find(sessionId);
    },
    find,
    async end(sessionId) {
      await end(sessionId);
    },
    async forget({ appId, openId }) {
      let forgotten = 0;
      for (;;) {
        const found = await run('sessions.of-person', async () =>
          rows.find({ appId, openId }).setOptions(oneBatch(mostAtOnce)).lean<SessionRow[]>(),
        );
        if (found.length === 0) return forgotten;
        forgotten += (await mapSettled(found, ({ _id }) => end(_id))).filter(Boolean).length;
      }
    },
  };
}

/** MongoDB deletes what has expired within about a minute, not at once. */
function toSession(row: SessionRow, now: Date): Session | undefined {
  const { _id: sessionId, mchId, appId, openId, createdAt, expiresAt } = row;
  if (mchId === undefined || appId === undefined || openId === undefined) return undefined;
  return expiresAt > now ? { sessionId, mchId, appId, openId, createdAt, expiresAt } : undefined;
}

function raise(error: Error): never {
  throw error;
}
