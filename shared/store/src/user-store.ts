import { createHash } from 'node:crypto';
import type { Clock } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { Schema, trusted } from 'mongoose';
import type { StoreConnection } from './connection.ts';
import type { Person } from './forget-buyer.ts';
import { insertIfNew } from './insert-if-new.ts';
import { rowOptions } from './row-options.ts';
import type { LoginOfUser, User, UserSecrets, UserStore } from './user.ts';

/** Without `openId` it is the rest of a user who was forgotten. */
interface UserRow {
  /** A digest, for it may outlive the openid in it. */
  _id: string;
  appId?: string;
  openId?: string;
  unionId?: string;
  sessionKey?: string;
  previousSessionKey?: string;
  previousUsableUntil?: Date;
  nickname?: string;
  avatarUrl?: string;
  createdAt: Date;
  expiresAt: Date;
  version: number;
}

const userSchema = new Schema<UserRow>(
  {
    _id: String,
    appId: String,
    openId: String,
    unionId: String,
    sessionKey: String,
    previousSessionKey: String,
    previousUsableUntil: Date,
    nickname: String,
    avatarUrl: String,
    createdAt: Date,
    expiresAt: Date,
    version: Number,
  },
  { ...rowOptions, collection: 'users' },
);

/** A user who logs in on several devices at the same moment. */
const mostTries = 10;
/** Who has not come for longer is a new user again. */
const keptForMs = 400 * 24 * 60 * 60 * 1_000;

const personal = {
  appId: 1,
  openId: 1,
  unionId: 1,
  sessionKey: 1,
  previousSessionKey: 1,
  previousUsableUntil: 1,
  nickname: 1,
  avatarUrl: 1,
} as const;

/** Over the collection `users`. */
export function createUserStore(connection: StoreConnection, clock: Clock): UserStore {
  const { run } = connection;
  const rows = connection.table(userSchema);
  const read = (_id: string) => run('users.find', async () => rows.findOne({ _id }).lean<UserRow>());

  /** Undefined when somebody else changed the row in between. */
  async function tryToRecord(person: Person, login: LoginOfUser): Promise<{ isNew: boolean } | undefined> {
    const _id = toUserId(person);
    const row = await read(_id);
    const user = row === null ? undefined : toUser(row);
    const unionId = login.unionId ?? user?.unionId;
    const fields = toFields(person, unionId, login.toSecrets(user?.secrets ?? {}));
    const expiresAt = new Date(clock.now().getTime() + keptForMs);
    if (row === null) {
      const fresh = { _id, ...fields.set, createdAt: clock.now(), expiresAt, version: 1 };
      return (await run('users.add', () => insertIfNew(rows, fresh))) ? { isNew: true } : undefined;
    }
    const guard = { _id, version: row.version };
    const update = { $set: { ...fields.set, expiresAt }, $unset: fields.unset, $inc: { version: 1 } };
    const changed = await run('users.log-in', async () => rows.findOneAndUpdate(guard, update).lean());
    return changed === null ? undefined : { isNew: user === undefined };
  }

  async function find(person: Person): Promise<User | undefined> {
    const row = await read(toUserId(person));
    return row === null ? undefined : toUser(row);
  }

  return {
    async recordLogin(person, login) {
      for (let tries = 0; tries < mostTries; tries += 1) {
        const recorded = await tryToRecord(person, login);
        if (recorded !== undefined) return recorded;
      }
      throw new AppError('STORE_UNAVAILABLE', { details: { reason: 'one user logs in too often at once' } });
    },
    find,
    async recordTold(person, told) {
      const known = { _id: toUserId(person), openId: trusted({ $exists: true }) };
      const update = { $set: withoutUndefined(told), $inc: { version: 1 } };
      const row = await run('users.record-told', async () =>
        rows.findOneAndUpdate(known, update, { returnDocument: 'after' }).lean<UserRow>(),
      );
      return row === null ? undefined : toUser(row);
    },
    async forget(person) {
      const known = { _id: toUserId(person), openId: trusted({ $exists: true }) };
      // Left to the index that lets rows expire, as every row that is done with.
      const update = { $set: { expiresAt: clock.now() }, $unset: personal, $inc: { version: 1 } };
      const row = await run('users.forget', async () => rows.findOneAndUpdate(known, update).lean());
      return row === null ? 0 : 1;
    },
    async forgetTold(person, what) {
      const user = await find(person);
      if (user === undefined || what.every((name) => user.secrets[name] === undefined)) return 0;
      const update = { $unset: Object.fromEntries(what.map((name) => [name, 1])), $inc: { version: 1 } };
      const _id = toUserId(person);
      const row = await run('users.forget-told', async () => rows.findOneAndUpdate({ _id }, update).lean());
      return row === null ? 0 : 1;
    },
  };
}

function toUserId({ appId, openId }: Person): string {
  return createHash('sha256')
    .update(JSON.stringify(['user', appId, openId]))
    .digest('hex');
}

function toUser(row: UserRow): User | undefined {
  const { appId, openId, unionId, sessionKey, previousSessionKey, previousUsableUntil, nickname, avatarUrl } =
    row;
  if (appId === undefined || openId === undefined) return undefined;
  const previous =
    previousSessionKey === undefined || previousUsableUntil === undefined
      ? undefined
      : { sealed: previousSessionKey, usableUntil: previousUsableUntil };
  return {
    appId,
    openId,
    unionId,
    secrets: { sessionKey, previousSessionKey: previous, nickname, avatarUrl },
  };
}

/** What a row is to have, and what it is to have no more. */
function toFields({ appId, openId }: Person, unionId: string | undefined, secrets: UserSecrets) {
  const { previousSessionKey: previous, ...texts } = secrets;
  const set = withoutUndefined({
    appId,
    openId,
    unionId,
    ...texts,
    previousSessionKey: previous?.sealed,
    previousUsableUntil: previous?.usableUntil,
  });
  const gone = Object.keys(personal).filter((name) => !(name in set));
  return { set, unset: Object.fromEntries(gone.map((name) => [name, 1])) };
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(fields: T): Given<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;
}
