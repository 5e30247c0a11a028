import { type Clock, isRequestedMessage } from '@huidiao/contracts';
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
import { isUndeliverable } from './message.ts';
import { type MessageRow, toMessage } from './message-row.ts';
import { createMessageTable, type MessageTable, toFreshState, toKnownFacts } from './message-table.ts';
import { oneBatch } from './one-batch.ts';
import { createRequestedMessages, type RequestedMessages } from './requested-messages.ts';

const mayBecome: Readonly<Record<SettledState, readonly MessageState[]>> = {
  sent: ['sending', 'unknown'],
  delivered: ['sending', 'unknown', 'sent'],
  refused: ['sending', 'unknown', 'sent'],
  unknown: ['sending'],
  expired: ['queued'],
  cancelled: ['queued'],
};

/** How a message begins to wait. */
export interface WaitOptions {
  /** Of the sending that WeChat certainly refused; without it the message is queued. */
  readonly sendingId?: string | undefined;
  /** Of one that was asked for: when its job is to be added again. */
  readonly dueAt?: Date | undefined;
}

/** How a waiting message is woken. */
export interface WakeOptions {
  /** Of one that was asked for: when its job is to be added. */
  readonly dueAt?: Date | undefined;
  /** Why it is worth another try where no consent is counted. */
  readonly facts?: MessageFacts | undefined;
}

/** Messages to users, each sent at most once. Moves that the table of MessageState does not know give `false`. */
export interface MessageStore extends RequestedMessages {
  /** Stores a queued message; gives the one that is there if the key is known, whatever its state. */
  open(message: NewMessage): Promise<Message>;
  find(key: string): Promise<Message | undefined>;
  /**
   * `queued → sending`; only whoever gets `true` may call WeChat. `sendingId` is new for each beginning: whoever
   * never saw the answer can take back, by `requeue`, what was its own.
   */
  beginSending(key: string, sendingId: string): Promise<boolean>;
  /**
   * Takes a sending over whose answer nobody saw, for a channel where WeChat itself sends a repetition once. `sendingAt`
   * stays that of the first.
   */
  beginAgain(key: string, lost: { readonly sendingId: string }, sendingId: string): Promise<boolean>;
  settle(key: string, state: SettledState, facts?: MessageFacts): Promise<boolean>;
  /** `sending → queued`, where WeChat certainly did not send; with a `sendingId`, only what was begun under it. */
  requeue(key: string, facts?: MessageFacts, sendingId?: string): Promise<boolean>;
  /** From now on it waits for a consent. Counts a round. `undefined` when it is not in the state that the options say. */
  wait(key: string, facts: MessageFacts, options?: WaitOptions): Promise<Message | undefined>;
  /** Those that wait for this recipient's consent, the oldest first. */
  listWaiting(recipient: Recipient, limit: number): Promise<Message[]>;
  /**
   * Ends the waiting that a message is in since round `rounds`, for its consent has come, and counts a round; `false`
   * when it does not wait any more, or waits anew.
   */
  wake(key: string, rounds: number, options?: WakeOptions): Promise<boolean>;
  /**
   * Finds the message that a report of WeChat is about, by its msgId, or else the oldest that went to this recipient
   * and of which no other msgId is known, and settles it. The same report again finds the same message.
   * @returns the message as it is then; undefined when none fits
   */
  report(report: MessageReport): Promise<Message | undefined>;
  /** See forgetRecipient. */
  forget(person: Omit<Recipient, 'templateId'>): Promise<number>;
}

const reportable: readonly MessageState[] = ['sending', 'unknown', 'sent'];
/** What nobody needs once it has ended: what it says, for whom it waited, when its job was to be added. */
const spent = ['waitingSince', 'givenUpAt', 'dueAt', 'sealed'] as const;
/**
 * Longer than anybody repeats a request, and than the 7 days for which a message of an order may be of use after what it
 * tells of: one that is asked for again after its row is gone begins as a new one, which is too late and is not sent.
 */
const keptForMs = 30 * 24 * 60 * 60 * 1_000;

/** Over the collection `messages`. */
export function createMessageStore(connection: StoreConnection, clock: Clock): MessageStore {
  const table = createMessageTable(connection, clock);
  const { rows, run, move, find } = table;
  const settle = createSettle(table);

  return {
    ...createRequestedMessages(table),
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
      const extras = { attempts: 1, takesOut: ['waitingSince', 'givenUpAt'] } as const;
      return (await move({ key, from: ['queued'] }, set, extras)) !== undefined;
    },
    beginAgain: async (key, lost, sendingId) => {
      const guard = { key, from: ['sending'] as const, sendingId: lost.sendingId };
      return (await move(guard, { state: 'sending', sendingId }, { attempts: 1 })) !== undefined;
    },
    settle: async (key, state, facts = {}) => (await settle(key, state, facts)) !== undefined,
    requeue: async (key, facts = {}, sendingId) => {
      const set = { state: 'queued' as const, facts: toKnownFacts(facts) };
      return (await move({ key, from: ['sending'], sendingId }, set)) !== undefined;
    },
    wait: async (key, facts, { sendingId, dueAt } = {}) => {
      const from = [sendingId === undefined ? 'queued' : 'sending'] as const;
      const waiting = { state: 'queued' as const, facts: toKnownFacts(facts), waitingSince: clock.now() };
      const extras = { rounds: 1, takesOut: ['givenUpAt'] } as const;
      return await move({ key, from, sendingId }, { ...waiting, ...(dueAt && { dueAt }) }, extras);
    },
    listWaiting: (recipient, limit) =>
      listOf(table, recipient, { state: 'queued', waitingSince: trusted({ $exists: true }) }, limit),
    wake: async (key, waitingRound, { dueAt, facts } = {}) => {
      const set = {
        state: 'queued' as const,
        ...(dueAt && { dueAt }),
        ...(facts && { facts: toKnownFacts(facts) }),
      };
      const extras = { rounds: 1, takesOut: ['waitingSince', 'givenUpAt'] } as const;
      return (await move({ key, from: ['queued'], waitingRound }, set, extras)) !== undefined;
    },
    report: async (report) => {
      const found = await findReported(table, report);
      if (found === undefined) return undefined;
      const facts = { ...found.facts, ...report.facts, msgId: report.reportId };
      return (await settle(found.key, report.state, facts)) ?? (await find(found.key));
    },
    forget: (person) => forgetRecipient(table, person),
  };
}

/**
 * What a message says goes with its end, and in time its row. One that did not reach its
 * user but has a fallback is left due, so that the fallback is opened whatever becomes of this process; and one that reached
 * nobody, so that the shop hears of it.
 */
function createSettle({ move, clock }: MessageTable) {
  return async (key: string, state: SettledState, facts: MessageFacts): Promise<Message | undefined> => {
    const from = mayBecome[state];
    const now = clock.now();
    const set = { state, settledAt: now, facts: toKnownFacts(facts) };
    const expiresAt = new Date(now.getTime() + keptForMs);
    if (state === 'refused' || state === 'expired') {
      const extras = { rounds: 1, takesOut: ['waitingSince', 'givenUpAt', 'sealed'] } as const;
      const due = await move({ key, from, hasFallback: true }, { ...set, dueAt: now }, extras);
      if (due !== undefined) return due;
    }
    if (isRequestedMessage(key) && isUndeliverable(state)) {
      const extras = { rounds: 1, takesOut: ['waitingSince', 'givenUpAt', 'sealed'] } as const;
      return await move({ key, from }, { ...set, expiresAt, dueAt: now }, extras);
    }
    const isOver = state === 'delivered' || state === 'cancelled';
    const takesOut = [...spent, ...(isOver ? (['fallback'] as const) : [])];
    return await move({ key, from }, { ...set, expiresAt }, { takesOut });
  };
}

async function findReported(
  table: MessageTable,
  { reportId, ...report }: MessageReport,
): Promise<Message | undefined> {
  const { appId, openId, templateId } = report;
  const known = { appId, 'facts.msgId': reportId };
  const byId = await table.run('messages.find-by-msg-id', async () =>
    table.rows.findOne(known).lean<MessageRow>(),
  );
  if (byId !== null) return toMessage(byId);
  const unnamed = { state: trusted({ $in: reportable }), 'facts.msgId': trusted({ $exists: false }) };
  const recipient = templateId === undefined ? { appId, openId } : { appId, openId, templateId };
  const channel = templateId === undefined ? { channel: 'template' } : {};
  const [oldest] = await listOf(table, recipient, { ...channel, ...unnamed }, 1);
  return oldest;
}

async function listOf(
  { rows, run }: MessageTable,
  { appId, openId, ...template }: Omit<Recipient, 'templateId'> & Partial<Recipient>,
  more: object,
  limit: number,
): Promise<Message[]> {
  const found = await run('messages.of-recipient', async () =>
    rows
      .find({ appId, openId, ...template, ...more })
      .sort({ createdAt: 1 })
      .setOptions(oneBatch(limit))
      .lean<MessageRow[]>(),
  );
  return found.map(toMessage);
}
