import { trusted } from 'mongoose';
import type { DecidedClaimOptions, StoredDeadLetter } from './dead-letter.ts';
import { type DeadLetterRow, toStoredDeadLetter } from './dead-letter-row.ts';
import type { DeadLetterTable } from './list-dead-letters.ts';
import { mapSettled } from './map-settled.ts';
import { oneBatch } from './one-batch.ts';

type DueRow = DeadLetterRow & { dueAt: Date };

const longestLeaseMs = 60 * 60 * 1_000;

/**
 * See DeadLetterStore.claimDecided. The move is guarded by the old `dueAt`, so that of any number of claimers one gets a row.
 * @throws AppError STORE_UNAVAILABLE when nothing could be claimed because of it
 */
export async function claimDecided(
  { rows, run }: DeadLetterTable,
  { now, leaseMs, limit }: DecidedClaimOptions,
): Promise<StoredDeadLetter[]> {
  const due = await run('deadLetters.find-due', async () =>
    rows
      .find({ dueAt: trusted({ $lte: now }) })
      .sort({ dueAt: 1 })
      .setOptions(oneBatch(limit))
      .lean<DueRow[]>(),
  );
  const claimed = await mapSettled(due, (row) =>
    run('deadLetters.claim', async () =>
      rows
        .findOneAndUpdate(
          { _id: row._id, dueAt: row.dueAt },
          { $set: { dueAt: toLease(row, now, leaseMs) } },
          { returnDocument: 'after' },
        )
        .lean<DeadLetterRow | null>(),
    ),
  );
  return claimed.filter((row) => row !== null).map(toStoredDeadLetter);
}

/** As with effects: what has waited for long, for its job waits in its queue, is not looked at each minute. */
function toLease({ history = [], dueAt }: DueRow, now: Date, leaseMs: number): Date {
  const waitedMs = now.getTime() - (history.at(-1)?.at ?? dueAt).getTime();
  return new Date(now.getTime() + Math.max(leaseMs, Math.min(waitedMs / 4, longestLeaseMs)));
}

/** See DeadLetterStore.endDecision. @throws AppError STORE_UNAVAILABLE */
export async function endDecision(
  { rows, run }: DeadLetterTable,
  { id: _id, dueAt }: Pick<StoredDeadLetter, 'id' | 'dueAt'>,
): Promise<void> {
  if (dueAt === undefined) return;
  await run('deadLetters.end-decision', async () =>
    rows.findOneAndUpdate({ _id, dueAt }, { $unset: { dueAt: 1 } }).lean(),
  );
}
