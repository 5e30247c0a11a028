import { type AppError, toAppError } from '@huidiao/errors';
import type { DeadLetterStore } from '@huidiao/store';
import type { ChosenDeadLetter } from './select-dead-letters.ts';

export interface DiscardDeps {
  readonly deadLetters: Pick<DeadLetterStore, 'findById' | 'discard'>;
  readonly signal: AbortSignal;
  /** One line for the person who waits. */
  readonly say: (line: string) => void;
}

export interface DiscardReport {
  readonly chosen: number;
  readonly discarded: number;
  readonly refused: number;
  /** Chosen, and never come to. */
  readonly untouched: number;
  readonly stopped:
    | { readonly reason: 'interrupted' }
    | { readonly reason: 'failed'; readonly error: AppError }
    | undefined;
}

/**
 * Gives up the chosen dead letters, one after another; why and by whom goes into the history of each. What goes
 * wrong is in the report; it never rejects.
 */
export async function discard(
  deps: DiscardDeps,
  chosen: readonly ChosenDeadLetter[],
  audit: { readonly reason: string; readonly by: string },
): Promise<DiscardReport> {
  let discarded = 0;
  let refused = 0;
  const report = (stopped?: DiscardReport['stopped']): DiscardReport => {
    return {
      chosen: chosen.length,
      discarded,
      refused,
      untouched: chosen.length - discarded - refused,
      stopped,
    };
  };
  try {
    for (const one of chosen) {
      if (deps.signal.aborted) return report({ reason: 'interrupted' });
      const refusal = await discardOne(deps, one, audit);
      if (refusal === undefined) discarded += 1;
      else {
        refused += 1;
        deps.say(`refused ${one.id}: ${refusal}`);
      }
    }
    return report();
  } catch (error) {
    return report({ reason: 'failed', error: toAppError(error) });
  }
}

/** Why it was not discarded, in words; undefined when it was. */
async function discardOne(
  { deadLetters }: DiscardDeps,
  { id, state }: ChosenDeadLetter,
  audit: { readonly reason: string; readonly by: string },
): Promise<string | undefined> {
  const now = (await deadLetters.findById(id))?.state;
  // Somebody may have replayed it since it was chosen, and then its job would go on although it was given up.
  if (now !== state) return `it is ${now ?? 'gone'} by now`;
  if (now === 'resolved' || now === 'discarded') return `it is ${now} already`;
  return (await deadLetters.discard(id, audit)) ? undefined : 'it was settled just now';
}
