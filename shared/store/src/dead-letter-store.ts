import { createHash } from 'node:crypto';
import type { Clock, DeadLetter, DeadLetterSink } from '@huidiao/contracts';
import { Schema, trusted } from 'mongoose';
import type { StoreConnection } from './connection.ts';
import { retryUpsert } from './is-duplicate-key.ts';
import { rowOptions } from './row-options.ts';

/** `replayed`: put back into its queue, outcome not known yet; `discarded`: given up by a person. */
export type DeadLetterState = 'open' | 'replayed' | 'resolved' | 'discarded';

export interface StoredDeadLetter extends DeadLetter {
  /** Queue and job id. */
  readonly id: string;
  readonly state: DeadLetterState;
  /** Equal for dead letters that probably have one cause: same queue, job name and error code. */
  readonly fingerprint: string;
  /** How often the job died. */
  readonly times: number;
  readonly resolvedAt?: Date;
}

export interface DeadLetterStore extends DeadLetterSink {
  find(queue: string, jobId: string): Promise<StoredDeadLetter | undefined>;
  /** The latest first. */
  list(options: { state: DeadLetterState; limit: number }): Promise<StoredDeadLetter[]>;
}

/**
 * Payload and details are kept as JSON text: they come from a queue as JSON, hold whatever broke the job, and a
 * dead letter must be storable even when its keys are none that every MongoDB takes (`$where`, `a.b`).
 * https://www.mongodb.com/docs/manual/core/dot-dollar-considerations/
 */
interface DeadLetterRow extends Omit<StoredDeadLetter, 'id' | 'payload' | 'details'> {
  _id: string;
  payloadJson: string;
  detailsJson: string;
}

const deadLetterSchema = new Schema<DeadLetterRow>(
  {
    _id: String,
    queue: String,
    jobId: String,
    jobName: String,
    payloadJson: String,
    errorCode: String,
    reason: String,
    detailsJson: String,
    fingerprint: String,
    attempts: Number,
    times: Number,
    firstAttemptAt: Date,
    failedAt: Date,
    state: String,
    resolvedAt: Date,
  },
  { ...rowOptions, collection: 'deadLetters' },
);

const longestReason = 4_000;
const openStates: DeadLetterState[] = ['open', 'replayed'];

export function createDeadLetterStore(connection: StoreConnection, clock: Clock): DeadLetterStore {
  const { run } = connection;
  const rows = connection.table(deadLetterSchema);
  return {
    store: async (deadLetter) => {
      const _id = toDeadLetterId(deadLetter.queue, deadLetter.jobId);
      const update = toUpdate(deadLetter);
      const upsert = () => rows.findOneAndUpdate({ _id }, update, { upsert: true }).lean();
      await run('deadLetters.store', () => retryUpsert(async () => upsert()));
    },
    resolve: async (queue, jobId) => {
      const guard = { _id: toDeadLetterId(queue, jobId), state: trusted({ $in: openStates }) };
      const update = { $set: { state: 'resolved', resolvedAt: clock.now() } };
      await run('deadLetters.resolve', async () => rows.findOneAndUpdate(guard, update).lean());
    },
    find: async (queue, jobId) => {
      const _id = toDeadLetterId(queue, jobId);
      const row = await run('deadLetters.find', async () => rows.findOne({ _id }).lean<DeadLetterRow>());
      return row === null ? undefined : toStoredDeadLetter(row);
    },
    list: async ({ state, limit }) => {
      const found = await run('deadLetters.list', async () =>
        rows.find({ state }).sort({ failedAt: -1 }).limit(limit).lean<DeadLetterRow[]>(),
      );
      return found.map(toStoredDeadLetter);
    },
  };
}

function toDeadLetterId(queue: string, jobId: string): string {
  return `${queue}/${jobId}`;
}

/** A job that dies again reopens its row and counts; the first attempt of all stays known. */
function toUpdate(deadLetter: DeadLetter) {
  const { queue, jobId, jobName, errorCode, attempts, firstAttemptAt, failedAt } = deadLetter;
  const reason = deadLetter.reason.slice(0, longestReason);
  const payloadJson = toJson(deadLetter.payload);
  const detailsJson = toJson(deadLetter.details);
  const fingerprint = toFingerprint(deadLetter);
  return {
    $setOnInsert: { queue, jobId },
    $set: {
      jobName,
      payloadJson,
      errorCode,
      reason,
      detailsJson,
      fingerprint,
      attempts,
      failedAt,
      state: 'open',
    },
    $min: { firstAttemptAt },
    $unset: { resolvedAt: 1 },
    $inc: { times: 1 },
  };
}

function toJson(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}

function toFingerprint({ queue, jobName, errorCode }: DeadLetter): string {
  return createHash('sha256')
    .update(JSON.stringify([queue, jobName, errorCode]))
    .digest('hex');
}

function toStoredDeadLetter(row: DeadLetterRow): StoredDeadLetter {
  const { _id: id, payloadJson, detailsJson, ...deadLetter } = row;
  return { id, ...deadLetter, payload: JSON.parse(payloadJson), details: JSON.parse(detailsJson) };
}
