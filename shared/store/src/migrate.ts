import { AppError } from '@huidiao/errors';
import { createStoreConnection, type Database, type StoreConnectionOptions } from './connection.ts';
import { isServerErrorWith } from './is-server-error-with.ts';
import { type WantedIndex, wantedIndexes } from './wanted-indexes.ts';

/**
 * Creates every index that is missing; what is there already stays. It may run again, and by several at once.
 * @returns collection and name of every index that is there now
 * @throws AppError STORE_NOT_MIGRATED when the rows contradict a unique index, or an index of that name or those
 *   fields exists with other settings; STORE_UNAVAILABLE
 */
export async function migrate(options: StoreConnectionOptions): Promise<string[]> {
  const connection = createStoreConnection({ ...options, socketTimeoutMs: buildLimitMs });
  try {
    for (const index of wantedIndexes) {
      await connection.run('store.migrate', (database) => createIndex(database, index));
    }
    return wantedIndexes.map(({ collection, name }) => `${collection}.${name}`);
  } finally {
    await connection.close();
  }
}

/** Building an index over a large collection takes its time; cut off like an operation it would never be done. */
const buildLimitMs = 60 * 60 * 1_000;

async function createIndex(database: Database, index: WantedIndex): Promise<void> {
  const { collection, key, ...options } = index;
  try {
    await database.collection(collection).createIndexes([{ ...options, key: { ...key } }]);
  } catch (error) {
    if (!isServerErrorWith(error, codesOfContradiction)) throw error;
    throw new AppError('STORE_NOT_MIGRATED', {
      message: `The index ${index.name} of ${collection} cannot be made: ${(error as Error).message}`,
      details: { collection, index: index.name },
      cause: error,
    });
  }
}

/** CannotCreateIndex, IndexOptionsConflict, IndexKeySpecsConflict, DuplicateKey. */
const codesOfContradiction = [67, 85, 86, 11_000];
