import { Schema } from 'mongoose';
import type { Message } from './message.ts';
import { rowOptions } from './row-options.ts';

/** A message as it lies in MongoDB. */
export interface MessageRow extends Omit<Message, 'key' | 'rounds'> {
  _id: string;
  /** Absent is 0. */
  rounds?: number;
  /** Since when MongoDB may delete it. */
  expiresAt?: Date;
}

export const messageSchema = new Schema<MessageRow>(
  {
    _id: String,
    mchId: String,
    appId: String,
    openId: String,
    templateId: String,
    outTradeNo: String,
    channel: String,
    usefulUntil: Date,
    messageId: String,
    idempotencyKey: String,
    contentHash: String,
    sealed: String,
    sendAt: Date,
    dueAt: Date,
    requestId: String,
    lane: String,
    fallback: Schema.Types.Mixed,
    fallbackId: String,
    state: String,
    attempts: Number,
    waitingSince: Date,
    rounds: Number,
    sendingAt: Date,
    sendingId: String,
    givenUpAt: Date,
    settledAt: Date,
    facts: Schema.Types.Mixed,
    expiresAt: Date,
    createdAt: Date,
    updatedAt: Date,
  },
  { ...rowOptions, collection: 'messages' },
);

/** A row as it is given to readers; when it expires is MongoDB's affair. */
export function toMessage(row: MessageRow): Message {
  const { _id: key, expiresAt: _expires, ...message } = row;
  return { key, ...message, rounds: row.rounds ?? 0 };
}
