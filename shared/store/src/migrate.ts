import { AppError } from '@huidiao/errors';
import { createStoreConnection, type Database, type StoreConnectionOptions } from './connection.ts';
import { isServerErrorWith } from './is-server-error-with.ts';
import { indexesByCollection, type WantedIndex, wantedIndexes } from './wanted-indexes.ts';

/**
 * Creates every index that is missing; what is there already stays. It may run again, and by several at once.
 * @returns collection and name of every index that is there now
 * @throws AppError STORE_NOT_MIGRATED when the rows contradict a unique index, or an index of that name or those
 *   fields exists with other settings; STORE_UNAVAILABLE
 */
export async function migrate(options: StoreConnectionOptions): Promise<string[]> {
  const connection = createStoreConnection({ ...options, socketTimeoutMs: buildLimitMs });
  try {
    for (const [collection, indexes] of indexesByCollection()) {
      await connection.run('store.migrate', (database) => createIndexes(database, collection, indexes));
    }
    return wantedIndexes.map(({ collection, name }) => `${collection}.${name}`);
  } finally {
    await connection.close();
  }
}

/** Building an index over a large collection takes its time; cut off like an operation it would never be done. */
const buildLimitMs = 60 * 60 * 1_000;

/**
 * All at once, for which MongoDB goes through the collection once; one at a time when one of them contradicts what is
 * there, for the answer does not name it. https://www.mongodb.com/docs/manual/reference/command/createIndexes/
 */
async function createIndexes(
  database: Database,
  collection: string,
  indexes: readonly WantedIndex[],
): Promise<void> {
  try {
    await database.collection(collection).createIndexes(indexes.map(toDescription));
  } catch (error) {
    if (!isServerErrorWith(error, codesOfContradiction)) throw error;
    for (const index of indexes) await createIndex(database, index);
  }
}

async function createIndex(database: Database, index: WantedIndex): Promise<void> {
  const { collection, name } = index;
  try {
    await database.collection(collection).createIndexes([toDescription(index)]);
  } catch (error) {
    if (!isServerErrorWith(error, codesOfContradiction)) throw error;
    throw new AppError('STORE_NOT_MIGRATED', {
      message: `The index ${name} of ${collection} cannot be made: ${(error as Error).message}`,
      details: { collection, index: name },
      cause: error,
    });
  }
}

function toDescription({ collection: _, key, ...options }: WantedIndex) {
  return { ...options, key: { ...key } };
}

/** CannotCreateIndex, IndexOptionsConflict, IndexKeySpecsConflict, DuplicateKey. */
const codesOfContradiction = [67, 85, 86, 11_000];
