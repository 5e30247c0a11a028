import { createHash } from 'node:crypto';
import { amountFen, type DeadLetter, mchId, outTradeNo } from '@huidiao/contracts';
import { Schema } from 'mongoose';
import type { StoredDeadLetter } from './dead-letter.ts';
import { rowOptions } from './row-options.ts';

/**
 * Payload and details are kept as JSON text: they come from a queue as JSON, hold whatever broke the job, and a
 * dead letter must be storable even when its keys are none that every MongoDB takes (`$where`, `a.b`).
 * https://www.mongodb.com/docs/manual/core/dot-dollar-considerations/
 */
export interface DeadLetterRow
  extends Omit<StoredDeadLetter, 'id' | 'payload' | 'details' | 'replays' | 'history'> {
  _id: string;
  payloadJson: string;
  detailsJson: string;
  /** Absent is 0, and no history: a row from before there were replays. */
  replays?: number;
  history?: StoredDeadLetter['history'];
}

const actionSchema = new Schema(
  { at: Date, action: String, decision: String, by: String, reason: String },
  { _id: false },
);
const decisionSchema = new Schema({ kind: String, by: String, note: String, at: Date }, { _id: false });

export const deadLetterSchema = new Schema<DeadLetterRow>(
  {
    _id: String,
    queue: String,
    jobId: String,
    jobName: String,
    payloadJson: String,
    mchId: String,
    outTradeNo: String,
    amountFen: Number,
    errorCode: String,
    reason: String,
    detailsJson: String,
    fingerprint: String,
    attempts: Number,
    times: Number,
    replays: Number,
    history: [actionSchema],
    firstAttemptAt: Date,
    failedAt: Date,
    state: String,
    resolvedAt: Date,
    decision: decisionSchema,
    heldAt: Date,
    dueAt: Date,
  },
  { ...rowOptions, collection: 'deadLetters' },
);

const longestReason = 4_000;

/** The id of a dead letter's row: one for each job of a queue, however often it dies. */
export function toDeadLetterId(queue: string, jobId: string): string {
  return `${queue}/${jobId}`;
}

/** A job that dies again reopens its row and counts; the first attempt of all stays known, and what people did. */
export function toStoreUpdate(deadLetter: DeadLetter) {
  const { queue, jobId, jobName, errorCode, attempts, firstAttemptAt, failedAt } = deadLetter;
  return {
    $setOnInsert: { queue, jobId, replays: 0, history: [] },
    $set: {
      ...toPayloadFacts(deadLetter.payload),
      jobName,
      payloadJson: toJson(toUndecided(deadLetter)),
      errorCode,
      reason: deadLetter.reason.slice(0, longestReason),
      detailsJson: toJson(deadLetter.details),
      fingerprint: toFingerprint(deadLetter),
      attempts,
      failedAt,
      state: 'open',
    },
    $min: { firstAttemptAt },
    $unset: { resolvedAt: 1, decision: 1, heldAt: 1, dueAt: 1 },
    $inc: { times: 1 },
  };
}

/**
 * Without what a person had decided when the job was added: it died of something else, and whoever adds it once more has not
 * decided that. The history of the row has it.
 */
function toUndecided({ jobName, payload }: DeadLetter): unknown {
  if (jobName !== 'apply-payment' || typeof payload !== 'object' || payload === null) return payload;
  const { decision: _carriedOut, ...job }: { decision?: unknown } = payload;
  return job;
}

const facts = { mchId, outTradeNo, amountFen };

/** What a payload says of merchant, order and amount, for people to filter by; never who paid. */
function toPayloadFacts(payload: unknown): Record<string, string | number> {
  const outer = toRecord(payload);
  const inner = ['payment', 'refund', 'event', 'receiver'].map((name) => toRecord(outer[name]));
  const named = Object.assign({}, ...inner, outer);
  const known: Record<string, string | number> = {};
  for (const [name, schema] of Object.entries(facts)) {
    const fact = schema.safeParse(named[name]);
    if (fact.success) known[name] = fact.data;
  }
  return known;
}

function toRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function toJson(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}

function toFingerprint({ queue, jobName, errorCode }: DeadLetter): string {
  return createHash('sha256')
    .update(JSON.stringify([queue, jobName, errorCode]))
    .digest('hex');
}

/** A row as it is given to readers, payload and details parsed. */
export function toStoredDeadLetter(row: DeadLetterRow): StoredDeadLetter {
  const { _id: id, payloadJson, detailsJson, replays = 0, history = [], ...deadLetter } = row;
  const payload: unknown = JSON.parse(payloadJson);
  return { id, ...deadLetter, replays, history, payload, details: JSON.parse(detailsJson) };
}
