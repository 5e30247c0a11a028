import { createHash, randomBytes } from 'node:crypto';

/** The parts of an API key: `hdk_<keyId>_<secret>`. */
export interface ApiKeyParts {
  /** Finds the row; no secret. 16 hexadecimal digits. */
  keyId: string;
  /** 32 random bytes as base64url. */
  secret: string;
}

const apiKeyForm = /^hdk_(?<keyId>[0-9a-f]{16})_(?<secret>[0-9A-Za-z_-]{43})$/;

/** The parts of a text that has the form of an API key. The form bounds what is looked up and hashed. */
export function parseApiKey(text: string): ApiKeyParts | undefined {
  const { keyId, secret } = apiKeyForm.exec(text)?.groups ?? {};
  return keyId === undefined || secret === undefined ? undefined : { keyId, secret };
}

/** A new key: an id of 64 random bits, by which it is found, and a secret of 256. */
export function createApiKey(): ApiKeyParts & { key: string } {
  const keyId = randomBytes(8).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  return { keyId, secret, key: `hdk_${keyId}_${secret}` };
}

/** SHA-256 is enough for a secret of 256 random bits: there is nothing to guess that a slow hash would guard. */
export function toSecretHash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
