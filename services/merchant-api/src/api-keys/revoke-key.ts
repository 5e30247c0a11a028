import type { ApiKeyFacts, ApiKeyStore } from '@huidiao/store';

/** What became of it, and of what is left of its merchant's. */
export type Revocation =
  | { readonly outcome: 'unknown' }
  | { readonly outcome: 'revoked_before' | 'revoked'; readonly key: ApiKeyFacts; readonly validLeft: number };

/** Ends a key for good. May be repeated. @throws AppError STORE_UNAVAILABLE. */
export async function revokeKey(
  apiKeys: Pick<ApiKeyStore, 'find' | 'revoke' | 'countValid'>,
  keyId: string,
): Promise<Revocation> {
  const isRevoked = await apiKeys.revoke(keyId);
  const key = await apiKeys.find(keyId);
  if (key === undefined) return { outcome: 'unknown' };
  const validLeft = await apiKeys.countValid(key.mchId);
  return { outcome: isRevoked ? 'revoked' : 'revoked_before', key, validLeft };
}
