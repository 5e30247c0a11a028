import type { Clock } from '@huidiao/contracts';
import type { DeadLetterStore } from '@huidiao/store';
import type { Pause } from './pause.ts';
import type { Replayed } from './replay-one.ts';

export interface UntilSettledDeps {
  readonly deadLetters: Pick<DeadLetterStore, 'findById'>;
  readonly clock: Clock;
  readonly pause: Pause;
  readonly signal: AbortSignal;
}

/** What became of a replay; `not_settled`: its job still waits, runs or will be tried again. */
export type Fate = 'resolved' | 'died_again' | 'discarded' | 'not_settled';

const betweenLooksMs = 200;

/** Looks until it is settled, `deadline` has come or the signal is aborted, and at least once. */
export async function untilSettled(
  deps: UntilSettledDeps,
  replayed: Replayed,
  deadline: Date,
): Promise<Fate> {
  for (;;) {
    const fate = await readFate(deps, replayed);
    const isOver = deps.signal.aborted || deps.clock.now() >= deadline;
    if (fate !== 'not_settled' || isOver) return fate;
    await deps.pause(betweenLooksMs, deps.signal);
  }
}

async function readFate({ deadLetters }: UntilSettledDeps, { id, times }: Replayed): Promise<Fate> {
  const row = await deadLetters.findById(id);
  if (row === undefined) return 'not_settled';
  // By the count, not by the state: somebody may have replayed it again by now.
  if (row.times > times) return 'died_again';
  return row.state === 'resolved' || row.state === 'discarded' ? row.state : 'not_settled';
}
