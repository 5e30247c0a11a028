import type { Clock } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { trusted } from 'mongoose';
import type { StoreConnection } from './connection.ts';
import { forgetRecipient } from './forget-recipient.ts';
import { insertIfNew } from './insert-if-new.ts';
import type {
  Message,
  MessageFacts,
  MessageReport,
  MessageState,
  NewMessage,
  Recipient,
  SettledState,
} from './message.ts';
import { type MessageRow, messageSchema, toMessage } from './message-row.ts';
import { oneBatch } from './one-batch.ts';
import type { Fact } from './order.ts';

const mayBecome: Readonly<Record<SettledState, readonly MessageState[]>> = {
  sent: ['sending', 'unknown'],
  delivered: ['sending', 'unknown', 'sent'],
  refused: ['sending', 'unknown', 'sent'],
  unknown: ['sending'],
  expired: ['queued'],
};

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
  /**
   * From now on it waits for a consent: from `queued`, or with a `sendingId` from what was begun under it, which WeChat
   * certainly did not send. Counts a round. `undefined` when it is in no such state.
   */
  wait(key: string, facts: MessageFacts, sendingId?: string): Promise<Message | undefined>;
  /** Those that wait for this recipient's consent, the oldest first. */
  listWaiting(recipient: Recipient, limit: number): Promise<Message[]>;
  /**
   * Ends the waiting that a message is in since round `rounds`, for its consent has come, and counts a round; `false`
   * when it does not wait any more, or waits anew.
   */
  wake(key: string, rounds: number): Promise<boolean>;
  /**
   * Finds the message that a report of WeChat is about, by its msgId, or else the oldest that went to this recipient
   * and of which no other msgId is known, and settles it. The same report again finds the same message.
   * @returns the message as it is then; undefined when none fits
   */
  report(report: MessageReport): Promise<Message | undefined>;
  /** See forgetRecipient. */
  forget(person: Omit<Recipient, 'templateId'>): Promise<number>;
}

/** What a row must be like to be moved. */
interface MoveGuard {
  readonly key: string;
  readonly from: readonly MessageState[];
  readonly sendingId?: string | undefined;
  /** Waiting since this round. */
  readonly waitingRound?: number;
}

/** What a move counts and takes out, besides what it sets. */
interface MoveExtras {
  readonly attempts?: 1;
  readonly rounds?: 1;
  readonly isNoLongerWaiting?: boolean;
}

const reportable: readonly MessageState[] = ['sending', 'unknown', 'sent'];

export function createMessageStore(connection: StoreConnection, clock: Clock): MessageStore {
  const { run } = connection;
  const rows = connection.table(messageSchema);

  async function move(guard: MoveGuard, set: Partial<MessageRow>, extras: MoveExtras = {}) {
    const { key, from, sendingId, waitingRound } = guard;
    const { isNoLongerWaiting = false, ...inc } = extras;
    const row = {
      _id: key,
      state: trusted({ $in: from }),
      ...(sendingId !== undefined && { sendingId }),
      ...(waitingRound !== undefined && {
        rounds: waitingRound,
        waitingSince: trusted({ $exists: true }),
      }),
    };
    const update = {
      $set: { ...set, updatedAt: clock.now() },
      $inc: { attempts: 0, ...inc },
      ...(isNoLongerWaiting && { $unset: { waitingSince: 1 } }),
    };
    const moved = await run(`messages.${set.state}`, async () =>
      rows.findOneAndUpdate(row, update, { returnDocument: 'after' }).lean<MessageRow>(),
    );
    return moved === null ? undefined : toMessage(moved);
  }

  async function settle(key: string, state: SettledState, facts: MessageFacts) {
    const set = { state, settledAt: clock.now(), facts: toKnownFacts(facts) };
    return await move({ key, from: mayBecome[state] }, set, { isNoLongerWaiting: true });
  }

  async function find(key: string): Promise<Message | undefined> {
    const row = await run('messages.find', async () => rows.findOne({ _id: key }).lean<MessageRow>());
    return row === null ? undefined : toMessage(row);
  }

  async function findReported({ reportId, ...report }: MessageReport): Promise<Message | undefined> {
    const { appId, openId, templateId } = report;
    const known = { appId, 'facts.msgId': reportId };
    const byId = await run('messages.find-by-msg-id', async () => rows.findOne(known).lean<MessageRow>());
    if (byId !== null) return toMessage(byId);
    const unnamed = { state: trusted({ $in: reportable }), 'facts.msgId': trusted({ $exists: false }) };
    const [oldest] = await listOf({ appId, openId, templateId }, unnamed, 1);
    return oldest;
  }

  async function listOf({ appId, openId, templateId }: Recipient, more: object, limit: number) {
    const found = await run('messages.of-recipient', async () =>
      rows
        .find({ appId, openId, templateId, ...more })
        .sort({ createdAt: 1 })
        .setOptions(oneBatch(limit))
        .lean<MessageRow[]>(),
    );
    return found.map(toMessage);
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
    find,
    beginSending: async (key, sendingId) => {
      const set = { state: 'sending' as const, sendingId, sendingAt: clock.now() };
      const extras = { attempts: 1, isNoLongerWaiting: true } as const;
      return (await move({ key, from: ['queued'] }, set, extras)) !== undefined;
    },
    settle: async (key, state, facts = {}) => (await settle(key, state, facts)) !== undefined,
    requeue: async (key, facts = {}, sendingId) => {
      const set = { state: 'queued' as const, facts: toKnownFacts(facts) };
      return (await move({ key, from: ['sending'], sendingId }, set)) !== undefined;
    },
    wait: async (key, facts, sendingId) => {
      const from = [sendingId === undefined ? 'queued' : 'sending'] as const;
      const set = { state: 'queued' as const, facts: toKnownFacts(facts), waitingSince: clock.now() };
      return await move({ key, from, sendingId }, set, { rounds: 1 });
    },
    listWaiting: (recipient, limit) =>
      listOf(recipient, { state: 'queued', waitingSince: trusted({ $exists: true }) }, limit),
    wake: async (key, waitingRound) => {
      const extras = { rounds: 1, isNoLongerWaiting: true } as const;
      return (await move({ key, from: ['queued'], waitingRound }, { state: 'queued' }, extras)) !== undefined;
    },
    report: async (report) => {
      const found = await findReported(report);
      if (found === undefined) return undefined;
      const facts = { ...found.facts, ...report.facts, msgId: report.reportId };
      return (await settle(found.key, report.state, facts)) ?? (await find(found.key));
    },
    forget: (person) => forgetRecipient({ rows, run, clock }, person),
  };
}

function toFreshState(now: Date) {
  return { state: 'queued' as const, attempts: 0, rounds: 0, facts: {}, createdAt: now, updatedAt: now };
}

function toKnownFacts(facts: MessageFacts): Record<string, Fact> {
  return Object.fromEntries(
    Object.entries(facts).filter((fact): fact is [string, Fact] => fact[1] !== undefined),
  );
}
