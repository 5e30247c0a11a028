import { createHash, randomBytes } from 'node:crypto';

const tokenForm = /^hds_[0-9A-Za-z_-]{43}$/;

/** A new token of 256 random bits: `hds_` and 32 bytes as base64url. */
export function createSessionToken(): string {
  return `hds_${randomBytes(32).toString('base64url')}`;
}

/**
 * The id under which the session of a token is kept: SHA-256 in hexadecimal. Undefined for a text that has not the
 * form of a token, so that nothing else is looked up.
 */
export function toSessionId(token: string): string | undefined {
  return tokenForm.test(token) ? createHash('sha256').update(token).digest('hex') : undefined;
}
