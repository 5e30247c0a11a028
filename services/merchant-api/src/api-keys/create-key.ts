import { AppError } from '@huidiao/errors';
import type { CreateApiKeyConfig } from '../config.ts';
import { withApiKeys } from './with-api-keys.ts';

/** Whose key it is, and what people know it by. */
export interface WantedKey {
  readonly mchId: string;
  readonly label: string;
}

/**
 * Makes a key of a merchant that the merchants file names.
 *
 * @returns the key, which nothing shows a second time, and its id, which is no secret
 * @throws AppError CONFIG_INVALID for a merchant that is not configured; STORE_UNAVAILABLE
 */
export async function createKey(
  { mongo, directory }: CreateApiKeyConfig,
  { mchId, label }: WantedKey,
): Promise<{ readonly key: string; readonly keyId: string }> {
  const known = [...directory.merchants.keys()];
  if (!known.includes(mchId)) {
    throw new AppError('CONFIG_INVALID', {
      message: `merchant ${mchId} is not in MERCHANTS_FILE, which names ${known.join(', ')}`,
    });
  }
  return await withApiKeys(mongo.uri, (apiKeys) => apiKeys.create({ mchId, label }));
}
