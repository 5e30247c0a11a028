import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '@huidiao/contracts';
import { Schema } from 'mongoose';
import { createApiKey, parseApiKey, toSecretHash } from './api-key.ts';
import type { StoreConnection } from './connection.ts';
import { rowOptions } from './row-options.ts';

/** Whom a valid key speaks for; `keyId` is the part of it that is no secret. */
export interface AuthenticatedKey {
  mchId: string;
  keyId: string;
}

/** What is known of a key besides its secret. */
export interface ApiKeyFacts {
  /** The middle of `hdk_<keyId>_<secret>`; no secret. */
  readonly keyId: string;
  readonly mchId: string;
  readonly label: string;
  readonly createdAt: Date;
  /** undefined while it is valid. */
  readonly revokedAt: Date | undefined;
}

/** The merchants' API keys. Only a hash of the secret is stored: a key is seen once, when it is made. */
export interface ApiKeyStore {
  create(options: { mchId: string; label: string }): Promise<{ key: string; keyId: string }>;
  /** Whose key it is; `undefined` for one that is malformed, unknown, wrong or revoked. Any text may come in. */
  authenticate(key: string): Promise<AuthenticatedKey | undefined>;
  /** `false` when there is no such key that is not revoked. */
  revoke(keyId: string): Promise<boolean>;
  /** `undefined` when there is no such key. */
  find(keyId: string): Promise<ApiKeyFacts | undefined>;
  /** Keys by merchant, the oldest first: at most `limit`, of one merchant, or only those that are valid. */
  list(options: ListApiKeysOptions): Promise<ApiKeyFacts[]>;
  /** How many keys of a merchant are valid; at most 100 are counted. */
  countValid(mchId: string): Promise<number>;
}

export interface ListApiKeysOptions {
  /** Default: of all merchants. */
  readonly mchId?: string | undefined;
  readonly onlyValid: boolean;
  readonly limit: number;
}

interface ApiKeyRow {
  _id: string;
  mchId: string;
  label: string;
  /** SHA-256 of the secret, in hexadecimal. */
  secretHash: string;
  createdAt: Date;
  /** null while it is valid. */
  revokedAt: Date | null;
}

const apiKeySchema = new Schema<ApiKeyRow>(
  { _id: String, mchId: String, label: String, secretHash: String, createdAt: Date, revokedAt: Date },
  { ...rowOptions, collection: 'apiKeys' },
);

/** Compared against for an unknown key id, so that its answer takes as long as that of a wrong secret. */
const hashOfNothing = toSecretHash('');

/** Of a merchant; nobody asks whether it has more. */
const mostCounted = 100;

/** Over the collection `apiKeys`. */
export function createApiKeyStore(connection: StoreConnection, clock: Clock): ApiKeyStore {
  const { run } = connection;
  const rows = connection.table(apiKeySchema);

  async function create({ mchId, label }: { mchId: string; label: string }) {
    const { key, keyId, secret } = createApiKey();
    const secretHash = toSecretHash(secret).toString('hex');
    const row = { _id: keyId, mchId, label, secretHash, createdAt: clock.now(), revokedAt: null };
    await run('apiKeys.create', async () => rows.insertOne(row));
    return { key, keyId };
  }

  async function authenticate(key: string): Promise<AuthenticatedKey | undefined> {
    const parts = parseApiKey(key);
    if (parts === undefined) return undefined;
    const { keyId, secret } = parts;
    const row = await run('apiKeys.find', async () => rows.findOne({ _id: keyId }).lean<ApiKeyRow>());
    const stored = row === null ? hashOfNothing : Buffer.from(row.secretHash, 'hex');
    const isEqual = timingSafeEqual(stored, toSecretHash(secret));
    return isEqual && row !== null && row.revokedAt === null ? { mchId: row.mchId, keyId } : undefined;
  }

  async function revoke(keyId: string): Promise<boolean> {
    const guard = { _id: keyId, revokedAt: null };
    const update = { $set: { revokedAt: clock.now() } };
    const revoked = await run('apiKeys.revoke', async () => rows.findOneAndUpdate(guard, update).lean());
    return revoked !== null;
  }

  async function find(keyId: string): Promise<ApiKeyFacts | undefined> {
    const row = await run('apiKeys.find', async () => rows.findOne({ _id: keyId }).lean<ApiKeyRow>());
    return row === null ? undefined : toFacts(row);
  }

  async function list({ mchId, onlyValid, limit }: ListApiKeysOptions): Promise<ApiKeyFacts[]> {
    const filter = { ...(mchId === undefined ? {} : { mchId }), ...(onlyValid ? { revokedAt: null } : {}) };
    const found = await run('apiKeys.list', async () =>
      rows.find(filter).sort({ mchId: 1, createdAt: 1, _id: 1 }).limit(limit).lean<ApiKeyRow[]>(),
    );
    return found.map(toFacts);
  }

  async function countValid(mchId: string): Promise<number> {
    const filter = { mchId, revokedAt: null };
    const valid = await run('apiKeys.count', async () => rows.find(filter).limit(mostCounted).lean());
    return valid.length;
  }

  return { create, authenticate, revoke, find, list, countValid };
}

function toFacts({ _id: keyId, mchId, label, createdAt, revokedAt }: ApiKeyRow): ApiKeyFacts {
  return { keyId, mchId, label, createdAt, revokedAt: revokedAt ?? undefined };
}
