import type { Clock } from '@huidiao/contracts';
import { Schema } from 'mongoose';
import type { StoreConnection } from './connection.ts';
import { retryUpsert } from './is-duplicate-key.ts';
import { rowOptions } from './row-options.ts';

/**
 * The Redis for which everything was swept. A Redis that lost its data begins a new epoch; while the two differ, what
 * it took with it is not all back.
 */
export interface EpochStore {
  /** undefined until an epoch was recorded for the first time. */
  read(): Promise<string | undefined>;
  /** Only when no sweep has anything left to do for this epoch. */
  record(epoch: string): Promise<void>;
}

interface EpochRow {
  _id: string;
  epoch: string;
  recordedAt: Date;
}

const epochSchema = new Schema<EpochRow>(
  { _id: String, epoch: String, recordedAt: Date },
  { ...rowOptions, collection: 'epochs' },
);

const _id = 'redis';

/** Over the one row of the collection `epochs`. Throws AppError STORE_UNAVAILABLE. */
export function createEpochStore(connection: StoreConnection, clock: Clock): EpochStore {
  const { run } = connection;
  const rows = connection.table(epochSchema);
  return {
    read: async () => {
      const row = await run('epochs.read', async () => rows.findOne({ _id }).lean<EpochRow>());
      return row?.epoch;
    },
    record: async (epoch) => {
      const update = { $set: { epoch, recordedAt: clock.now() } };
      const upsert = () => rows.findOneAndUpdate({ _id }, update, { upsert: true }).lean();
      await run('epochs.record', () => retryUpsert(async () => upsert()));
    },
  };
}
