import type { ApiKeyFacts } from '@huidiao/store';

/** One line for each key; the label last, for it may be any text. */
export function printKeys(keys: readonly ApiKeyFacts[]): string {
  return keys.map((key) => `${toWords(key)}\n`).join('');
}

/** What people know a key by, on one line whatever its label holds. */
export function toWords({ keyId, mchId, label, createdAt, revokedAt }: ApiKeyFacts): string {
  const since = `made ${toTime(createdAt)}`;
  const state = revokedAt === undefined ? 'valid' : `revoked ${toTime(revokedAt)}`;
  return `${keyId}  merchant ${mchId}  ${since}  ${state}${label === '' ? '' : `  ${label.replaceAll('\n', ' ')}`}`;
}

/** For scripts: the same facts under the names that the merchant API has. */
export function toKeyJson({ keyId, mchId, label, createdAt, revokedAt }: ApiKeyFacts) {
  return {
    key_id: keyId,
    mchid: mchId,
    label,
    created_at: createdAt.toISOString(),
    revoked_at: revokedAt?.toISOString() ?? null,
  };
}

function toTime(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
