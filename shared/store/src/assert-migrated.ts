import { isDeepStrictEqual } from 'node:util';
import { AppError } from '@huidiao/errors';
import type { Logger } from '@huidiao/runtime';
import type { Database, StoreConnection } from './connection.ts';
import { isServerErrorWith } from './is-server-error-with.ts';
import { indexesByCollection, type WantedIndex } from './wanted-indexes.ts';

const namespaceNotFound = 26;

/**
 * Looks whether the indexes are there. Without a unique one something could happen twice, so it must not be
 * missing; without another one the system is only slow, which is logged.
 * @throws AppError STORE_NOT_MIGRATED that names each unique index that is missing or has other settings, and the
 *   command that makes it; STORE_UNAVAILABLE
 */
export async function assertMigrated(connection: StoreConnection, logger: Logger): Promise<void> {
  const missing = await connection.run('store.assert-migrated', findMissing);
  const unique = missing.filter((index) => index.unique === true).map(toName);
  if (unique.length > 0) {
    const message = `Unique indexes are missing: ${unique.join(', ')}. Run \`npm run migrate\`, then start again.`;
    throw new AppError('STORE_NOT_MIGRATED', { message, details: { missing: unique.join(', ') } });
  }
  if (missing.length === 0) return;
  const names = missing.map(toName).join(', ');
  logger.warn({ event: 'store.index-missing', indexes: names }, 'store.index-missing');
}

async function findMissing(database: Database): Promise<WantedIndex[]> {
  const missing: WantedIndex[] = [];
  for (const [collection, indexes] of indexesByCollection()) {
    const present = await listIndexes(database, collection);
    missing.push(...indexes.filter((wanted) => !present.some((index) => isAsWanted(index, wanted))));
  }
  return missing;
}

async function listIndexes(database: Database, collection: string): Promise<Record<string, unknown>[]> {
  try {
    return await database.collection(collection).listIndexes().toArray();
  } catch (error) {
    if (isServerErrorWith(error, [namespaceNotFound])) return [];
    throw error;
  }
}

/** The name does not matter: an operator may have made the index by hand. */
function isAsWanted(index: Record<string, unknown>, wanted: WantedIndex): boolean {
  return (
    isDeepStrictEqual(Object.entries({ ...toRecord(index.key) }), Object.entries(wanted.key)) &&
    (index.unique === true) === (wanted.unique === true) &&
    isDeepStrictEqual(index.partialFilterExpression, wanted.partialFilterExpression) &&
    isDeepStrictEqual(index.expireAfterSeconds, wanted.expireAfterSeconds)
  );
}

function toRecord(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

function toName(index: WantedIndex): string {
  return `${index.collection}.${index.name}`;
}
