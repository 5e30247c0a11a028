import type { Clock } from '@huidiao/contracts';
import { trusted } from 'mongoose';
import { claimDecided, endDecision } from './claim-decided.ts';
import type { StoreConnection } from './connection.ts';
import type { DeadLetterAction, DeadLetterState, DeadLetterStore, StoredDeadLetter } from './dead-letter.ts';
import {
  type DeadLetterRow,
  deadLetterSchema,
  toDeadLetterId,
  toStoredDeadLetter,
  toStoreUpdate,
} from './dead-letter-row.ts';
import { retryUpsert } from './is-duplicate-key.ts';
import { groupDeadLetters, listDeadLetters } from './list-dead-letters.ts';

/** The states in which something may still become of it. */
const openStates: readonly DeadLetterState[] = ['open', 'replayed'];
/** Longer than it takes whoever decides to do what follows. */
const decisionGraceMs = 10_000;
const longestHistory = 50;
const longestAuditText = 1_000;

/** Over the collection `deadLetters`. All of it throws AppError STORE_UNAVAILABLE; a write may have happened then. */
export function createDeadLetterStore(connection: StoreConnection, clock: Clock): DeadLetterStore {
  const { run } = connection;
  const rows = connection.table(deadLetterSchema);

  async function findById(_id: string): Promise<StoredDeadLetter | undefined> {
    const row = await run('deadLetters.find', async () => rows.findOne({ _id }).lean<DeadLetterRow>());
    return row === null ? undefined : toStoredDeadLetter(row);
  }

  /** What a person does: the move and the entry about it are one update, guarded by the states it may start from. */
  async function move(_id: string, from: readonly DeadLetterState[], to: DeadLetterState, entry: NewEntry) {
    const guard = { _id, state: trusted({ $in: from }) };
    const update = {
      $set: { state: to },
      $unset: { decision: 1, heldAt: 1, dueAt: 1 },
      $inc: { replays: entry.action === 'replayed' ? 1 : 0 },
      $push: { history: { $each: [toEntry(entry, clock.now())], $slice: -longestHistory } },
    };
    const moved = await run(`deadLetters.${entry.action}`, async () =>
      rows.findOneAndUpdate(guard, update, { returnDocument: 'after' }).lean<DeadLetterRow | null>(),
    );
    return moved === null ? undefined : toStoredDeadLetter(moved);
  }

  async function decide(...[_id, decided, change]: Parameters<DeadLetterStore['decide']>) {
    const at = clock.now();
    const { kind } = decided;
    const by = decided.by.slice(0, longestAuditText);
    const note = decided.note.slice(0, longestAuditText);
    const entry = { at, action: 'decided' as const, decision: kind, by, reason: note };
    const isOpen = change.to === 'open';
    const update = {
      $set: {
        state: change.to,
        dueAt: new Date(at.getTime() + decisionGraceMs),
        ...(isOpen ? { heldAt: at } : { decision: { kind, by, note, at } }),
      },
      ...(!isOpen && { $unset: { heldAt: 1 } }),
      $inc: { replays: change.to === 'replayed' ? 1 : 0 },
      $push: { history: { $each: [entry], $slice: -longestHistory } },
    };
    const guard = { _id, state: 'open', times: change.times } as const;
    const row = await run('deadLetters.decide', async () =>
      rows.findOneAndUpdate(guard, update, { returnDocument: 'after' }).lean<DeadLetterRow | null>(),
    );
    return row === null ? undefined : toStoredDeadLetter(row);
  }

  return {
    decide,
    store: async (deadLetter) => {
      const _id = toDeadLetterId(deadLetter.queue, deadLetter.jobId);
      const update = toStoreUpdate(deadLetter);
      const upsert = () => rows.findOneAndUpdate({ _id }, update, { upsert: true }).lean();
      await run('deadLetters.store', () => retryUpsert(async () => upsert()));
    },
    resolve: async (queue, jobId) => {
      const guard = { _id: toDeadLetterId(queue, jobId), state: trusted({ $in: openStates }) };
      const update = { $set: { state: 'resolved', resolvedAt: clock.now() }, $unset: { dueAt: 1 } };
      await run('deadLetters.resolve', async () => rows.findOneAndUpdate(guard, update).lean());
    },
    find: (queue, jobId) => findById(toDeadLetterId(queue, jobId)),
    findById,
    list: (options) => listDeadLetters({ rows, run }, options),
    claimDecided: (options) => claimDecided({ rows, run }, options),
    endDecision: (decided) => endDecision({ rows, run }, decided),
    groups: (filter) => groupDeadLetters({ rows, run }, filter),
    takeForReplay: (id, audit) => move(id, openStates, 'replayed', { ...audit, action: 'replayed' }),
    reopen: async (id) => (await move(id, ['replayed'], 'open', { action: 'reopened' })) !== undefined,
    discard: async (id, { reason, by }) => {
      const entry = { action: 'discarded' as const, reason, by };
      return (await move(id, openStates, 'discarded', entry)) !== undefined;
    },
  };
}

type NewEntry = Omit<DeadLetterAction, 'at'>;

function toEntry({ action, by, reason }: NewEntry, at: Date): DeadLetterAction {
  return {
    at,
    action,
    ...(by !== undefined && { by: by.slice(0, longestAuditText) }),
    ...(reason !== undefined && { reason: reason.slice(0, longestAuditText) }),
  };
}
