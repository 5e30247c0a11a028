import mongoose from 'mongoose';

const duplicateKeyCode = 11_000;

/**
 * Whether a write was refused by the unique index over exactly these fields, in this order.
 * Only `keyPattern` is asked: not every server says which value it was (`keyValue`), and an error that is about
 * another index must never be taken for this one.
 */
export function isDuplicateKey(error: unknown, fields: readonly string[]): boolean {
  if (!(error instanceof mongoose.mongo.MongoServerError) || error.code !== duplicateKeyCode) return false;
  const pattern: unknown = error.keyPattern;
  if (typeof pattern !== 'object' || pattern === null) return false;
  return Object.keys(pattern).join() === fields.join();
}

/**
 * Runs an upsert by `_id` again when another one inserted the row first: two upserts of one new `_id` may both
 * decide to insert, and the second then fails instead of updating.
 * https://www.mongodb.com/docs/manual/reference/method/db.collection.update/#upsert-with-unique-index
 */
export async function retryUpsert<T>(upsert: () => Promise<T>): Promise<T> {
  try {
    return await upsert();
  } catch (error) {
    if (!isDuplicateKey(error, ['_id'])) throw error;
    return await upsert();
  }
}
