import type { Clock } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { Schema, trusted } from 'mongoose';
import type { StoreConnection } from './connection.ts';
import { insertIfNew } from './insert-if-new.ts';
import type { Fact } from './order.ts';
import { rowOptions } from './row-options.ts';

/**
 * | state | means | may become |
 * |---|---|---|
 * | queued | not sent yet | sending, expired |
 * | sending | stored before the call to WeChat: it may have been sent | sent, refused, unknown, queued |
 * | unknown | nobody saw the answer; never sent again, for WeChat knows no idempotency key | sent, refused |
 * | sent, refused, expired | final | |
 *
 * `sending → queued` only where it is certain that WeChat did not send: it answered so, or was never called.
 * `unknown → sent | refused` when the answer turns up after all.
 */
export type MessageState = 'queued' | 'sending' | 'sent' | 'refused' | 'unknown' | 'expired';
export type SettledState = Exclude<MessageState, 'queued' | 'sending'>;

const mayBecome: Readonly<Record<SettledState, readonly MessageState[]>> = {
  sent: ['sending', 'unknown'],
  refused: ['sending', 'unknown'],
  unknown: ['sending'],
  expired: ['queued'],
};

export interface NewMessage {
  /** Names the message for ever: order, template and event. */
  key: string;
  mchId: string;
  appId: string;
  openId: string;
  templateId: string;
  outTradeNo: string;
  /** The latest time at which sending it is of use. */
  usefulUntil: Date;
}

export interface Message extends NewMessage {
  state: MessageState;
  /** How often sending it was begun. */
  attempts: number;
  /** When sending it was last begun. */
  sendingAt?: Date;
  /** Of whoever last began to send it. */
  sendingId?: string;
  settledAt?: Date;
  /** Of the last settlement, such as msgId or errorCode. */
  facts: Readonly<Record<string, Fact>>;
  createdAt: Date;
  updatedAt: Date;
}

export type MessageFacts = Readonly<Record<string, Fact | undefined>>;

/** Messages to buyers, each sent at most once. Moves that the table of MessageState does not know give `false`. */
export interface MessageStore {
  /** Stores a queued message; gives the one that is there if the key is known, whatever its state. */
  open(message: NewMessage): Promise<Message>;
  find(key: string): Promise<Message | undefined>;
  /**
   * `queued → sending`; only whoever gets `true` may call WeChat. `sendingId` is new for each beginning: whoever
   * never saw the answer can take back, by `requeue`, what was its own.
   */
  beginSending(key: string, sendingId: string): Promise<boolean>;
  settle(key: string, state: SettledState, facts?: MessageFacts): Promise<boolean>;
  /** `sending → queued`, where WeChat certainly did not send; with a `sendingId`, only what was begun under it. */
  requeue(key: string, facts?: MessageFacts, sendingId?: string): Promise<boolean>;
}

/** What a row must be like to be moved. */
interface MoveGuard {
  readonly key: string;
  readonly from: readonly MessageState[];
  readonly sendingId?: string | undefined;
}

interface MessageRow extends Omit<Message, 'key'> {
  _id: string;
}

const messageSchema = new Schema<MessageRow>(
  {
    _id: String,
    mchId: String,
    appId: String,
    openId: String,
    templateId: String,
    outTradeNo: String,
    usefulUntil: Date,
    state: String,
    attempts: Number,
    sendingAt: Date,
    sendingId: String,
    settledAt: Date,
    facts: Schema.Types.Mixed,
    createdAt: Date,
    updatedAt: Date,
  },
  { ...rowOptions, collection: 'messages' },
);

export function createMessageStore(connection: StoreConnection, clock: Clock): MessageStore {
  const { run } = connection;
  const rows = connection.table(messageSchema);

  async function move(guard: MoveGuard, set: Partial<MessageRow>, attempts = 0) {
    const { key, from, sendingId } = guard;
    const begun = sendingId === undefined ? {} : { sendingId };
    const row = { _id: key, state: trusted({ $in: from }), ...begun };
    const update = { $set: { ...set, updatedAt: clock.now() }, $inc: { attempts } };
    const moved = await run(`messages.${set.state}`, async () => rows.findOneAndUpdate(row, update).lean());
    return moved !== null;
  }

  return {
    open: async ({ key, ...message }) => {
      const row = { _id: key, ...message, ...toFreshState(clock.now()) };
      const present = await run('messages.open', async () =>
        (await insertIfNew(rows, row)) ? row : rows.findOne({ _id: key }).lean<MessageRow>(),
      );
      if (present === null) throw new AppError('INTERNAL_ERROR', { message: 'A message vanished.' });
      return toMessage(present);
    },
    find: async (key) => {
      const row = await run('messages.find', async () => rows.findOne({ _id: key }).lean<MessageRow>());
      return row === null ? undefined : toMessage(row);
    },
    beginSending: (key, sendingId) =>
      move({ key, from: ['queued'] }, { state: 'sending', sendingId, sendingAt: clock.now() }, 1),
    settle: (key, state, facts = {}) => {
      const set = { state, settledAt: clock.now(), facts: toKnownFacts(facts) };
      return move({ key, from: mayBecome[state] }, set);
    },
    requeue: (key, facts = {}, sendingId) =>
      move({ key, from: ['sending'], sendingId }, { state: 'queued', facts: toKnownFacts(facts) }),
  };
}

function toFreshState(now: Date) {
  return { state: 'queued' as const, attempts: 0, facts: {}, createdAt: now, updatedAt: now };
}

function toMessage(row: MessageRow): Message {
  const { _id: key, ...message } = row;
  return { key, ...message };
}

function toKnownFacts(facts: MessageFacts): Record<string, Fact> {
  return Object.fromEntries(
    Object.entries(facts).filter((fact): fact is [string, Fact] => fact[1] !== undefined),
  );
}
