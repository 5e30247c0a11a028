import { type Clock, type JobName, type Lane, toBaseJobId, toOrderId } from '@huidiao/contracts';
import { Schema, trusted } from 'mongoose';
import type { StoreConnection } from './connection.ts';
import { retryUpsert } from './is-duplicate-key.ts';
import { mapSettled } from './map-settled.ts';
import { oneBatch } from './one-batch.ts';
import { rowOptions } from './row-options.ts';

/** A job that waits in Redis for what is not there yet. */
export interface WaitingJob {
  /** As it is in its queue, with its count: see toCountedJobId. */
  readonly id: string;
  readonly name: JobName;
  readonly data: unknown;
  readonly lane: Lane;
  /** The order that it waits for. */
  readonly order: WaitedFor;
}

/** Names an order, whether it is there or not. */
export interface WaitedFor {
  readonly mchId: string;
  readonly outTradeNo: string;
}

/** A waiting job as it is to be added again. */
export interface WaitingJobRow {
  readonly id: string;
  /** As it was kept; whoever reads it may no longer know it. */
  readonly name: string;
  readonly data: unknown;
  readonly lane: Lane;
  /** When it began to wait. */
  readonly receivedAt: Date;
  /** How often it was claimed, this time included. */
  readonly claims: number;
}

/**
 * Jobs of acknowledged callbacks that wait in Redis for their order. No order names them, so that nothing else would bring
 * them back when Redis loses its data. Like an effect, a row goes with the job's *result*, not when its job is added:
 * until then the job is added again and again, under the same id in the same lane, which is nothing while Redis has it. All
 * of it throws AppError STORE_UNAVAILABLE when MongoDB is away; a write may have happened then.
 */
export interface WaitingJobStore {
  /** From now on the job comes back. One row for a job and its repetitions, as with dead letters: the last stays. */
  keep(job: WaitingJob): Promise<void>;
  /** Claims rows that were left alone for 15 minutes, the longest first; nobody else gets them for as long again. */
  claim(options: { readonly now: Date; readonly limit: number }): Promise<WaitingJobRow[]>;
  /** Up to `limit` jobs that wait for one of the orders, in no order; their leases stay. */
  findWaiting(orders: readonly WaitedFor[], options: { readonly limit: number }): Promise<WaitingJobRow[]>;
  /** It has a result. Nothing where the job never waited. @param jobId with or without its count */
  remove(jobId: string): Promise<void>;
  /** How many wait, counted up to `limit`. */
  count(options: { readonly limit: number }): Promise<number>;
}

/** Longer than most wait, which are then never added again; short enough for who waits for a day. */
const comesBackAfterMs = 15 * 60 * 1_000;

/** `dataJson` is text for the same reason as in a dead letter: its keys need not be ones that every MongoDB takes. */
interface WaitingJobDocument {
  _id: string;
  jobId: string;
  name: string;
  lane: Lane;
  /** The order that it waits for; absent in a row that was taken out. */
  orderId?: string;
  dataJson?: string;
  since?: Date;
  /** The end of the lease; absent in a row that was taken out. */
  dueAt?: Date;
  claims: number;
  /** Since when MongoDB may delete a row that was taken out. */
  expiresAt?: Date;
}

type DueDocument = WaitingJobDocument & Required<Pick<WaitingJobDocument, 'dataJson' | 'since' | 'dueAt'>>;

const waitingJobSchema = new Schema<WaitingJobDocument>(
  {
    _id: String,
    jobId: String,
    name: String,
    lane: String,
    orderId: String,
    dataJson: String,
    since: Date,
    dueAt: Date,
    claims: Number,
    expiresAt: Date,
  },
  { ...rowOptions, collection: 'waitingJobs' },
);

/** Over the collection `waitingJobs`. */
export function createWaitingJobStore(connection: StoreConnection, clock: Clock): WaitingJobStore {
  const { run } = connection;
  const rows = connection.table(waitingJobSchema);

  /** Rows in the order of their time. */
  async function read(dueBy: object, limit: number): Promise<DueDocument[]> {
    const due = { dueAt: trusted(dueBy) };
    return await rows.find(due).sort({ dueAt: 1 }).setOptions(oneBatch(limit)).lean<DueDocument[]>();
  }

  async function claimRow({ _id, dueAt }: DueDocument, now: Date) {
    const update = { $set: { dueAt: toComingBack(now) }, $inc: { claims: 1 } };
    return await run('waiting-jobs.claim', async () =>
      rows.findOneAndUpdate({ _id, dueAt }, update, { returnDocument: 'after' }).lean<DueDocument | null>(),
    );
  }

  return {
    keep: async ({ id, name, data, lane, order }) => {
      const now = clock.now();
      const orderId = toOrderId(order.mchId, order.outTradeNo);
      const update = {
        $set: { jobId: id, name, lane, orderId, dataJson: JSON.stringify(data), dueAt: toComingBack(now) },
        $setOnInsert: { claims: 0 },
        $min: { since: now },
        $unset: { expiresAt: 1 },
      };
      const _id = toBaseJobId(id);
      const upsert = () => rows.findOneAndUpdate({ _id }, update, { upsert: true }).lean();
      await run('waiting-jobs.keep', () => retryUpsert(async () => upsert()));
    },
    claim: async ({ now, limit }) => {
      const due = await run('waiting-jobs.find-due', () => read({ $lte: now }, limit));
      const claimed = await mapSettled(due, (row) => claimRow(row, now));
      return claimed.filter((row) => row !== null).map(toWaitingJobRow);
    },
    findWaiting: async (orders, { limit }) => {
      const orderId = trusted({ $in: orders.map((order) => toOrderId(order.mchId, order.outTradeNo)) });
      const waiting = await run('waiting-jobs.find-waiting', async () =>
        rows.find({ orderId }).setOptions(oneBatch(limit)).lean<DueDocument[]>(),
      );
      return waiting.map(toWaitingJobRow);
    },
    // Left to the index that lets rows expire, as in the inbox: a job may begin to wait at this moment.
    remove: async (jobId) => {
      const update = {
        $set: { expiresAt: clock.now() },
        $unset: { dueAt: 1, dataJson: 1, since: 1, orderId: 1 },
      };
      await run('waiting-jobs.remove', async () =>
        rows.findOneAndUpdate({ _id: toBaseJobId(jobId) }, update).lean(),
      );
    },
    count: async ({ limit }) =>
      (await run('waiting-jobs.count', () => read({ $exists: true }, limit))).length,
  };
}

function toComingBack(now: Date): Date {
  return new Date(now.getTime() + comesBackAfterMs);
}

function toWaitingJobRow({ jobId: id, name, lane, dataJson, since, claims }: DueDocument): WaitingJobRow {
  return { id, name, lane, data: JSON.parse(dataJson), receivedAt: since, claims };
}
