import { defaultLane, isRequestedMessage } from '@huidiao/contracts';
import { trusted } from 'mongoose';
import { insertIfNew } from './insert-if-new.ts';
import { mapSettled } from './map-settled.ts';
import type { Message, MessageFacts, RequestedMessage, SettledState } from './message.ts';
import { type MessageRow, toMessage } from './message-row.ts';
import { type MessageTable, toFreshState, toKnownFacts } from './message-table.ts';
import { oneBatch } from './one-batch.ts';

export interface DueMessageOptions {
  readonly now: Date;
  /** How long nobody else may claim what is claimed here; longer for those that have waited long. */
  readonly leaseMs: number;
  /** The most messages to claim. */
  readonly limit: number;
}

/** Messages that no order asked for: see RequestedMessage. */
export interface RequestedMessages {
  /** Stores a queued message that is due at `dueAt`; one whose key is known stays as it is. */
  request(message: RequestedMessage, dueAt: Date): Promise<{ message: Message; isNew: boolean }>;
  /** Those of these keys that are there, in no order. */
  findAll(keys: readonly string[]): Promise<Message[]>;
  /**
   * Claims messages whose time has come, those that have waited longest first, by moving `dueAt` to the end of the lease:
   * of any number of claimers one gets a message.
   */
  claimDue(options: DueMessageOptions): Promise<Message[]>;
  /**
   * The job of a queued message is a dead letter: a person decides whether it still is sent. That of an order is left to
   * its order; one that was asked for is due, so that the shop hears of it. Nothing where that was done before.
   */
  giveUp(key: string, facts: MessageFacts): Promise<void>;
  /**
   * The shop has heard, or need not hear, that the message ended so, or that it was given up (`queued`): nothing is left
   * to do.
   */
  endReport(key: string, state: SettledState | 'queued'): Promise<void>;
  /** Opens the fallback of a message that ended so, if it has one: once, and only where it expired or was refused. */
  openFallback(key: string, state: SettledState): Promise<Message | undefined>;
}

type DueRow = MessageRow & Required<Pick<MessageRow, 'dueAt'>>;

const longestLeaseMs = 60 * 60 * 1_000;
/** As long as the dead letter may be of use. */
const givenUpForMs = 90 * 24 * 60 * 60 * 1_000;

/** Over the same rows as the messages of orders. */
export function createRequestedMessages(table: MessageTable): RequestedMessages {
  const { rows, run, clock, move, find } = table;

  async function insert(message: RequestedMessage, dueAt: Date) {
    const { key, ...asked } = message;
    const row: MessageRow = { _id: key, ...asked, dueAt, ...toFreshState(clock.now()) };
    const isNew = await run('messages.request', () => insertIfNew(rows, row));
    return { message: isNew ? toMessage(row) : ((await find(key)) ?? toMessage(row)), isNew };
  }

  async function claim(row: DueRow, now: Date, leaseMs: number): Promise<MessageRow | null> {
    const { _id, dueAt } = row;
    const update = { $set: { dueAt: toLeaseEnd(row, now, leaseMs) } };
    return await run('messages.claim', async () =>
      rows.findOneAndUpdate({ _id, dueAt }, update, { returnDocument: 'after' }).lean<MessageRow>(),
    );
  }

  return {
    request: insert,
    async findAll(keys) {
      const named: object = { _id: trusted({ $in: [...keys] }) };
      const found = await run('messages.find-all', async () =>
        rows.find(named).setOptions(oneBatch(keys.length)).lean<MessageRow[]>(),
      );
      return found.map(toMessage);
    },
    async claimDue({ now, leaseMs, limit }) {
      const due = await run('messages.find-due', async () =>
        rows
          .find({ dueAt: trusted({ $lte: now }) })
          .sort({ dueAt: 1 })
          .setOptions(oneBatch(limit))
          .lean<DueRow[]>(),
      );
      const claimed = await mapSettled(due, (row) => claim(row, now, leaseMs));
      return claimed.filter((row) => row !== null).map(toMessage);
    },
    async giveUp(key, facts) {
      const now = clock.now();
      const expiresAt = new Date(now.getTime() + givenUpForMs);
      const isDue = isRequestedMessage(key) && { dueAt: now };
      const set = {
        state: 'queued' as const,
        facts: toKnownFacts(facts),
        givenUpAt: now,
        expiresAt,
        ...isDue,
      };
      await move({ key, from: ['queued'], isGivenUp: false }, set, { rounds: 1 });
    },
    async endReport(key, state) {
      const isGivenUp = state === 'queued' ? true : undefined;
      await move({ key, from: [state], isGivenUp }, { state }, { takesOut: ['dueAt'] });
    },
    // The fallback first: whoever dies in between leaves the message due, and it is opened again under the same key.
    async openFallback(key, state) {
      if (state !== 'expired' && state !== 'refused') return undefined;
      const row = await find(key);
      if (row?.fallback === undefined || row.state !== state) return undefined;
      const { fallback, requestId = '', lane = defaultLane } = row;
      const now = clock.now();
      const { message } = await insert({ ...fallback, requestId, lane, sendAt: now }, now);
      const expiresAt = new Date(now.getTime() + givenUpForMs);
      const set = { state, fallbackId: fallback.messageId, expiresAt };
      await move({ key, from: [state] }, set, { takesOut: ['fallback', 'dueAt'] });
      return message;
    },
  };
}

/** A quarter of the time that it has waited, if that is longer, so that a heap which cannot go out is not rewritten each minute. */
function toLeaseEnd({ sendAt, createdAt }: MessageRow, now: Date, leaseMs: number): Date {
  const waitedMs = now.getTime() - (sendAt ?? createdAt).getTime();
  return new Date(now.getTime() + Math.max(leaseMs, Math.min(waitedMs / 4, longestLeaseMs)));
}
