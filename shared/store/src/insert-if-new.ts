import type { Model } from 'mongoose';
import { isDuplicateKey } from './is-duplicate-key.ts';

/**
 * Inserts a row unless its `_id` is taken; `true` for exactly one of any number of callers. An upsert would not
 * do: servers that are compatible with MongoDB have been seen to tell several simultaneous upserts that each of
 * them inserted.
 */
export async function insertIfNew<Row extends { _id: string }>(rows: Model<Row>, row: Row): Promise<boolean> {
  try {
    await rows.insertOne(row as Parameters<typeof rows.insertOne>[0]);
    return true;
  } catch (error) {
    if (isDuplicateKey(error, ['_id'])) return false;
    throw error;
  }
}
