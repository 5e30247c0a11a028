import { Schema } from 'mongoose';
import type { StoreConnection } from './connection.ts';
import { retryUpsert } from './is-duplicate-key.ts';
import { rowOptions } from './row-options.ts';

/** A genuine callback as it came in, and what became of it. */
export interface CallbackRecord {
  /** The dedup key: the same for every re-send of one fact. */
  key: string;
  /** The merchant that it is about or whose it is; absent for what is an app's alone. */
  mchId?: string | undefined;
  /** The app whose it is, where it came by its message push. */
  appId?: string | undefined;
  /** Envelope id of the notification (通知ID). */
  notificationId: string;
  eventType: string;
  receivedAt: Date;
  requestId: string;
  outTradeNo?: string | undefined;
  outcome: string;
  /** What was done because of it, in numbers; records of the same key add up. */
  counts?: Readonly<Record<string, number>> | undefined;
}

/** A row of the ledger: all arrivals of one fact. */
export interface LedgerEntry {
  key: string;
  mchId?: string;
  appId?: string;
  notificationId: string;
  eventType: string;
  outTradeNo?: string;
  counts?: Readonly<Record<string, number>>;
  /** Of the last record. */
  requestId: string;
  /** Of the last record. */
  outcome: string;
  firstAt: Date;
  lastAt: Date;
  /** How often it was recorded. */
  times: number;
}

/** The ledger of what came. Rows go by themselves some time after the last arrival. */
export interface CallbackStore {
  /** One row per key: a re-send counts, and its outcome is the one that stays. */
  record(callback: CallbackRecord): Promise<void>;
  find(key: string): Promise<LedgerEntry | undefined>;
  /** Everything that came about an order, oldest first, at most 100. */
  listForOrder(mchId: string, outTradeNo: string): Promise<LedgerEntry[]>;
}

/** An entry as the collection holds it, under its key, until `expiresAt`. */
export interface CallbackRow extends Omit<LedgerEntry, 'key'> {
  _id: string;
  expiresAt: Date;
}

/** Also for whoever reads many at once. */
export const callbackSchema = new Schema<CallbackRow>(
  {
    _id: String,
    mchId: String,
    appId: String,
    notificationId: String,
    eventType: String,
    outTradeNo: String,
    requestId: String,
    outcome: String,
    firstAt: Date,
    lastAt: Date,
    times: Number,
    counts: Schema.Types.Mixed,
    expiresAt: Date,
  },
  { ...rowOptions, collection: 'callbacks' },
);

const longestList = 100;

/** @param retentionMs how long a row stays after the last arrival */
export function createCallbackStore(connection: StoreConnection, retentionMs: number): CallbackStore {
  const { run } = connection;
  const rows = connection.table(callbackSchema);
  return {
    record: async (callback) => {
      const update = toUpdate(callback, retentionMs);
      const upsert = () => rows.findOneAndUpdate({ _id: callback.key }, update, { upsert: true }).lean();
      await run('callbacks.record', () => retryUpsert(async () => upsert()));
    },
    find: async (key) => {
      const row = await run('callbacks.find', async () => rows.findOne({ _id: key }).lean<CallbackRow>());
      return row === null ? undefined : toLedgerEntry(row);
    },
    listForOrder: async (mchId, outTradeNo) => {
      const found = await run('callbacks.list', async () =>
        rows.find({ mchId, outTradeNo }).sort({ firstAt: 1 }).limit(longestList).lean<CallbackRow[]>(),
      );
      return found.map(toLedgerEntry);
    },
  };
}

/** Jobs may be worked out of order, so the times of arrival are the least and the greatest that were seen. */
function toUpdate(callback: CallbackRecord, retentionMs: number) {
  const { mchId, appId, notificationId, eventType, receivedAt, requestId, outTradeNo, outcome } = callback;
  const counts = Object.entries(callback.counts ?? {}).map(([name, count]) => [`counts.${name}`, count]);
  const named = { ...(mchId !== undefined && { mchId }), ...(outTradeNo !== undefined && { outTradeNo }) };
  return {
    $setOnInsert: { ...(appId !== undefined && { appId }), notificationId, eventType },
    $set: { requestId, outcome, ...named },
    $min: { firstAt: receivedAt },
    $max: { lastAt: receivedAt, expiresAt: new Date(receivedAt.getTime() + retentionMs) },
    $inc: { times: 1, ...Object.fromEntries(counts) },
  };
}

function toLedgerEntry(row: CallbackRow): LedgerEntry {
  const { _id: key, expiresAt: _expiresAt, ...entry } = row;
  return { key, ...entry };
}
