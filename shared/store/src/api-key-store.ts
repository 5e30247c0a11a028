import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '@huidiao/contracts';
import { Schema } from 'mongoose';
import { createApiKey, parseApiKey, toSecretHash } from './api-key.ts';
import type { StoreConnection } from './connection.ts';
import { rowOptions } from './row-options.ts';

export interface AuthenticatedKey {
  mchId: string;
  keyId: string;
}

/** The merchants' API keys. Only a hash of the secret is stored: a key is seen once, when it is made. */
export interface ApiKeyStore {
  create(options: { mchId: string; label: string }): Promise<{ key: string; keyId: string }>;
  /** Whose key it is; `undefined` for one that is malformed, unknown, wrong or revoked. Any text may come in. */
  authenticate(key: string): Promise<AuthenticatedKey | undefined>;
  /** `false` when there is no such key that is not revoked. */
  revoke(keyId: string): Promise<boolean>;
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

  return { create, authenticate, revoke };
}
