import { type Clock, type JobName, largestJobBytes } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { Schema, trusted } from 'mongoose';
import type { StoreConnection } from './connection.ts';
import { retryUpsert } from './is-duplicate-key.ts';
import { mapSettled } from './map-settled.ts';
import { oneBatch } from './one-batch.ts';
import { rowOptions } from './row-options.ts';

/** A job that Redis did not take, made of a callback that is verified. */
export interface InboxJob {
  /** The job's id; the same for every re-send of one fact. */
  readonly id: string;
  readonly name: JobName;
  readonly data: unknown;
}

/** A job as it waits in the inbox. */
export interface InboxRow {
  readonly id: string;
  /** As it was put; whoever reads it may no longer know it. */
  readonly name: string;
  readonly data: unknown;
  readonly receivedAt: Date;
  /** The end of the lease. */
  readonly dueAt: Date;
  /** How often it was claimed, this time included. */
  readonly claims: number;
  /** How often it was put. */
  readonly puts: number;
}

export interface InboxClaimOptions {
  now: Date;
  /** How long nobody else may claim what is claimed here. */
  leaseMs: number;
  /** The most rows to claim; fewer when they are very large. */
  limit: number;
}

/**
 * Where acknowledged callbacks wait while Redis is away. All of it throws AppError STORE_UNAVAILABLE when MongoDB is
 * away; a write may have happened then.
 */
export interface InboxStore {
  /**
   * Resolves once the job is durable, on the disk of a majority. An id that is there already stays one row.
   * @throws AppError JOB_INVALID for a job that is larger than a queue takes
   */
  put(job: InboxJob): Promise<void>;
  /** Claims rows, those that have waited longest first, by moving `dueAt` to the end of the lease; one claimer gets a row. */
  claim(options: InboxClaimOptions): Promise<InboxRow[]>;
  /** Takes out a row whose job is in its queue; not if it was put once more since it was claimed, then it is fed again. */
  remove(row: Pick<InboxRow, 'id' | 'puts'>): Promise<void>;
  /** When the job that has waited longest was received; undefined when the inbox is empty. */
  oldest(): Promise<Date | undefined>;
  /** How many jobs wait, claimed ones included; stops at `limit`, and at 16 MB, for it reads them. */
  count(options: { limit: number }): Promise<number>;
}

/** `dataJson` is text for the same reason as in a dead letter: its keys need not be ones that every MongoDB takes. */
interface InboxDocument {
  _id: string;
  name: string;
  dataJson?: string;
  receivedAt?: Date;
  /** Absent in a row that was taken out. */
  dueAt?: Date;
  claims: number;
  puts: number;
  /** Since when MongoDB may delete a row that was taken out. */
  expiresAt?: Date;
}

type WaitingDocument = InboxDocument & Required<Pick<InboxDocument, 'dataJson' | 'receivedAt' | 'dueAt'>>;

const inboxSchema = new Schema<InboxDocument>(
  {
    _id: String,
    name: String,
    dataJson: String,
    receivedAt: Date,
    dueAt: Date,
    claims: Number,
    puts: Number,
    expiresAt: Date,
  },
  { ...rowOptions, collection: 'inbox' },
);

/** Over the collection `inbox`. */
export function createInboxStore(connection: StoreConnection, clock: Clock): InboxStore {
  const { run } = connection;
  const rows = connection.table(inboxSchema);

  /** Rows in the order of their time. */
  async function read(dueBy: object, limit: number): Promise<WaitingDocument[]> {
    return await rows
      .find({ dueAt: trusted(dueBy) })
      .sort({ dueAt: 1 })
      .setOptions(oneBatch(limit))
      .lean<WaitingDocument[]>();
  }

  async function claimRow({ _id, dueAt }: WaitingDocument, leaseUntil: Date) {
    const update = { $set: { dueAt: leaseUntil }, $inc: { claims: 1 } };
    return await run('inbox.claim', async () =>
      rows
        .findOneAndUpdate({ _id, dueAt }, update, { returnDocument: 'after' })
        .lean<WaitingDocument | null>(),
    );
  }

  return {
    put: async (job) => {
      const update = toUpdate(job, clock.now());
      const upsert = () => rows.findOneAndUpdate({ _id: job.id }, update, { upsert: true }).lean();
      await run('inbox.put', () => retryUpsert(async () => upsert()));
    },
    claim: async ({ now, leaseMs, limit }) => {
      const due = await run('inbox.find-due', () => read({ $lte: now }, limit));
      const leaseUntil = new Date(now.getTime() + leaseMs);
      const claimed = await mapSettled(due, (row) => claimRow(row, leaseUntil));
      return claimed.filter((row) => row !== null).map(toInboxRow);
    },
    // Left to the index that lets rows expire, since a job that is put again must find or make the row in one step.
    remove: async ({ id, puts }) => {
      const update = { $set: { expiresAt: clock.now() }, $unset: { dueAt: 1, dataJson: 1, receivedAt: 1 } };
      await run('inbox.remove', async () => rows.findOneAndUpdate({ _id: id, puts }, update).lean());
    },
    oldest: async () => {
      const [row] = await run('inbox.oldest', () => read({ $exists: true }, 1));
      return row?.receivedAt;
    },
    count: async ({ limit }) => (await run('inbox.count', () => read({ $exists: true }, limit))).length,
  };
}

/**
 * One update for a row that is new, one that waits and one that was just taken out, which it brings back. `puts`
 * tells whoever feeds the row that it was put again after its job was added.
 */
function toUpdate(job: InboxJob, now: Date) {
  const dataJson = JSON.stringify(job.data);
  const bytes = Buffer.byteLength(dataJson);
  if (bytes > largestJobBytes) {
    const details = { jobId: job.id, bytes, largestJobBytes };
    throw new AppError('JOB_INVALID', { message: 'The job is too large for the inbox.', details });
  }
  return {
    $set: { name: job.name, dataJson },
    $setOnInsert: { claims: 0 },
    $min: { receivedAt: now },
    $max: { dueAt: now },
    $unset: { expiresAt: 1 },
    $inc: { puts: 1 },
  };
}

function toInboxRow(row: WaitingDocument): InboxRow {
  const { _id: id, name, dataJson, receivedAt, dueAt, claims, puts } = row;
  return { id, name, data: JSON.parse(dataJson), receivedAt, dueAt, claims, puts };
}
