import type { Clock } from '@huidiao/contracts';
import type { Model } from 'mongoose';
import { trusted } from 'mongoose';
import type { StoreConnection } from './connection.ts';
import type { Message, MessageFacts, MessageState } from './message.ts';
import { type MessageRow, messageSchema, toMessage } from './message-row.ts';
import type { Fact } from './order.ts';

/** What a row must be like to be moved. */
export interface MoveGuard {
  readonly key: string;
  readonly from: readonly MessageState[];
  readonly sendingId?: string | undefined;
  /** Waiting since this round. */
  readonly waitingRound?: number;
  readonly hasFallback?: true;
  readonly isGivenUp?: boolean | undefined;
}

/** What a move counts and takes out, besides what it sets. */
export interface MoveExtras {
  readonly attempts?: 1;
  readonly rounds?: 1;
  readonly takesOut?: readonly (keyof MessageRow)[];
}

/** The rows of messages and how they are moved. */
export interface MessageTable {
  readonly rows: Model<MessageRow>;
  readonly run: StoreConnection['run'];
  readonly clock: Clock;
  find(key: string): Promise<Message | undefined>;
  /** One guarded update; `undefined` for a row that is not as the guard says. */
  move(guard: MoveGuard, set: Partial<MessageRow>, extras?: MoveExtras): Promise<Message | undefined>;
}

/** Over the collection `messages`, for all that moves its rows. */
export function createMessageTable(connection: StoreConnection, clock: Clock): MessageTable {
  const { run } = connection;
  const rows = connection.table(messageSchema);
  return {
    rows,
    run,
    clock,
    async find(key) {
      const row = await run('messages.find', async () => rows.findOne({ _id: key }).lean<MessageRow>());
      return row === null ? undefined : toMessage(row);
    },
    async move(guard, set, { takesOut = [], ...inc } = {}) {
      const update = {
        $set: { ...set, updatedAt: clock.now() },
        $inc: { attempts: 0, ...inc },
        ...(takesOut.length > 0 && { $unset: Object.fromEntries(takesOut.map((field) => [field, 1])) }),
      };
      const moved = await run(`messages.${set.state}`, async () =>
        rows.findOneAndUpdate(toFilter(guard), update, { returnDocument: 'after' }).lean<MessageRow>(),
      );
      return moved === null ? undefined : toMessage(moved);
    },
  };
}

function toFilter({ key, from, sendingId, waitingRound, hasFallback, isGivenUp }: MoveGuard) {
  return {
    _id: key,
    state: trusted({ $in: from }),
    ...(sendingId !== undefined && { sendingId }),
    ...(waitingRound !== undefined && { rounds: waitingRound, waitingSince: trusted({ $exists: true }) }),
    ...(hasFallback && { fallback: trusted({ $exists: true }) }),
    ...(isGivenUp !== undefined && { givenUpAt: trusted({ $exists: isGivenUp }) }),
  };
}

/** Those facts that are known: what is undefined must not become a field of the row. */
export function toKnownFacts(facts: MessageFacts): Record<string, Fact> {
  return Object.fromEntries(
    Object.entries(facts).filter((fact): fact is [string, Fact] => fact[1] !== undefined),
  );
}

/** What every message begins with: queued, never attempted. */
export function toFreshState(now: Date) {
  return { state: 'queued' as const, attempts: 0, rounds: 0, facts: {}, createdAt: now, updatedAt: now };
}
