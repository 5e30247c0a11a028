import { Schema } from 'mongoose';
import type { StoreConnection } from './connection.ts';
import { insertIfNew } from './insert-if-new.ts';
import { rowOptions } from './row-options.ts';

export interface TurnRequest {
  /** Names the bucket. */
  key: string;
  /** How many turns one would like; a whole number. */
  want: number;
  /** How many turns come back each second. */
  perSecond: number;
  /** How many turns there are at most when nobody took one for a while. */
  burst: number;
  now: Date;
}

/** Token buckets that all processes share. */
export interface TurnStore {
  /**
   * Takes up to `want` turns and gives how many. 0 also when too many others take from the bucket at this moment.
   * @throws AppError STORE_UNAVAILABLE; turns may then be gone
   */
  take(request: TurnRequest): Promise<number>;
}

interface TurnRow {
  _id: string;
  /** What was there at `refilledAt`; a fraction counts towards the next turn. */
  tokens: number;
  refilledAt: Date;
  version: number;
}

const turnSchema = new Schema<TurnRow>(
  { _id: String, tokens: Number, refilledAt: Date, version: Number },
  { ...rowOptions, collection: 'turns' },
);

const mostTries = 5;

/** Over the collection `turns`. It has no clock: each request brings its time. */
export function createTurnStore(connection: StoreConnection): TurnStore {
  const rows = connection.table(turnSchema);

  /** How many turns were taken; undefined when somebody else took some in between. */
  async function tryToTake(request: TurnRequest): Promise<number | undefined> {
    const { key: _id, burst, now } = request;
    const row = await rows.findOne({ _id }).lean<TurnRow>();
    const bucket = row === null ? { tokens: burst, refilledAt: now } : toRefilled(row, request);
    const granted = Math.max(0, Math.min(request.want, Math.floor(bucket.tokens)));
    if (granted === 0) return 0;
    const after = { ...bucket, tokens: bucket.tokens - granted };
    if (row === null) return (await insertIfNew(rows, { _id, ...after, version: 1 })) ? granted : undefined;
    const guard = { _id, version: row.version };
    const taken = await rows.findOneAndUpdate(guard, { $set: after, $inc: { version: 1 } }).lean();
    return taken === null ? undefined : granted;
  }

  return {
    take: (request) =>
      connection.run('turns.take', async () => {
        for (let tries = 0; tries < mostTries; tries++) {
          const granted = await tryToTake(request);
          if (granted !== undefined) return granted;
        }
        return 0;
      }),
  };
}

/** Time never runs backwards in a bucket: of two processes whose clocks differ, only the one ahead refills it. */
function toRefilled(row: TurnRow, { perSecond, burst, now }: TurnRequest) {
  const elapsedMs = Math.max(0, now.getTime() - row.refilledAt.getTime());
  const tokens = Math.min(burst, row.tokens + (elapsedMs / 1_000) * perSecond);
  return { tokens, refilledAt: new Date(row.refilledAt.getTime() + elapsedMs) };
}
