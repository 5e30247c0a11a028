import { mapSettled } from './map-settled.ts';
import type { MessageRow } from './message-row.ts';
import type { MessageTable } from './message-table.ts';
import { oneBatch } from './one-batch.ts';

const mostAtOnce = 100;

/**
 * Takes a person out of the messages to them. One that was not sent yet expires; how the others ended stays.
 *
 * @returns how many messages named them
 * @throws AppError STORE_UNAVAILABLE; it may be called again, until it gives 0
 */
export async function forgetRecipient(
  { rows, run, clock }: Pick<MessageTable, 'rows' | 'run' | 'clock'>,
  { appId, openId }: { readonly appId: string; readonly openId: string },
): Promise<number> {
  let forgotten = 0;
  for (;;) {
    const found = await run('messages.of-person', async () =>
      rows.find({ appId, openId }).setOptions(oneBatch(mostAtOnce)).lean<MessageRow[]>(),
    );
    if (found.length === 0) return forgotten;
    const changed = await mapSettled(found, ({ _id, state }) => {
      const now = clock.now();
      const set = {
        ...(state === 'queued' && { state: 'expired' as const, settledAt: now }),
        updatedAt: now,
      };
      const gone = { openId: 1, waitingSince: 1, givenUpAt: 1, dueAt: 1, sealed: 1, fallback: 1 };
      const update = { $set: set, $unset: gone };
      return run('messages.forget', async () => rows.findOneAndUpdate({ _id, state }, update).lean());
    });
    forgotten += changed.filter((row) => row !== null).length;
  }
}
