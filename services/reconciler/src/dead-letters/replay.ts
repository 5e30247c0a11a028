import { type AppError, toAppError } from '@huidiao/errors';
import { createPacer } from './create-pacer.ts';
import { type Replayed, type ReplayOneDeps, replayOne } from './replay-one.ts';
import type { ChosenDeadLetter } from './select-dead-letters.ts';
import { type Fate, type UntilSettledDeps, untilSettled } from './until-settled.ts';

export interface ReplayDeps extends ReplayOneDeps, UntilSettledDeps {
  readonly deadLetters: ReplayOneDeps['deadLetters'];
  /** One line for the person who waits. */
  readonly say: (line: string) => void;
}

export interface ReplayOptions {
  readonly ratePerSecond: number;
  /** For the first one to be settled, and for all of them once the last job was added. */
  readonly waitMs: number;
}

/** Why it ended before all were replayed. */
export type ReplayStop =
  | { readonly reason: 'first_died_again' | 'first_discarded' | 'first_not_settled' | 'interrupted' }
  | { readonly reason: 'failed'; readonly error: AppError };

/** What was done; the counts of fates are as of now, and add up to `replayed`. */
export interface ReplayReport {
  readonly chosen: number;
  readonly replayed: number;
  readonly resolved: number;
  readonly diedAgain: number;
  readonly discarded: number;
  readonly notSettled: number;
  readonly skipped: number;
  readonly refused: number;
  /** Chosen, and never come to. */
  readonly untouched: number;
  readonly stopped: ReplayStop | undefined;
}

interface Run {
  readonly deps: ReplayDeps;
  readonly options: ReplayOptions;
  readonly fates: Map<Replayed, Fate>;
  skipped: number;
  refused: number;
}

/**
 * Replays the chosen dead letters one after another: the first whose job is added alone, until it is resolved;
 * then the others at no more than the rate. What goes wrong is in the report; it never rejects.
 */
export async function replay(
  deps: ReplayDeps,
  chosen: readonly ChosenDeadLetter[],
  options: ReplayOptions,
): Promise<ReplayReport> {
  const run: Run = { deps, options, fates: new Map(), skipped: 0, refused: 0 };
  const stopped = await replayAll(run, chosen).catch((error: unknown): ReplayStop => {
    return { reason: 'failed', error: toAppError(error) };
  });
  return toReport(run, chosen.length, stopped);
}

async function replayAll(run: Run, chosen: readonly ChosenDeadLetter[]): Promise<ReplayStop | undefined> {
  const { deps, options } = run;
  const turn = createPacer(deps, options.ratePerSecond);
  for (const [index, one] of chosen.entries()) {
    await turn();
    if (deps.signal.aborted) return { reason: 'interrupted' };
    const replayed = await replayAndCount(run, one);
    if (replayed === undefined || run.fates.size > 1) continue;
    const stop = await waitForFirst(run, replayed, chosen.length - index - 1);
    if (stop !== undefined) return stop;
  }
  await waitForRest(run);
  return undefined;
}

async function replayAndCount(run: Run, { id, ...one }: ChosenDeadLetter): Promise<Replayed | undefined> {
  const result = await replayOne(run.deps, { id, ...one });
  if (result.outcome !== 'replayed') {
    run[result.outcome] += 1;
    run.deps.say(`${result.outcome} ${id}: ${result.why}`);
    return undefined;
  }
  run.fates.set(result, 'not_settled');
  return result;
}

async function waitForFirst(run: Run, first: Replayed, others: number): Promise<ReplayStop | undefined> {
  const { deps } = run;
  deps.say(`replayed ${first.id}; waiting until it is settled`);
  const fate = await untilSettled(deps, first, toDeadline(run));
  run.fates.set(first, fate);
  if (fate === 'resolved') {
    if (others > 0) deps.say(`it is resolved; now the other ${others}`);
    return undefined;
  }
  return deps.signal.aborted && fate === 'not_settled'
    ? { reason: 'interrupted' }
    : { reason: `first_${fate}` };
}

/** In their order, so that each is read about once however many there are. */
async function waitForRest(run: Run): Promise<void> {
  const deadline = toDeadline(run);
  for (const [replayed, fate] of run.fates) {
    if (run.deps.signal.aborted) return;
    if (fate === 'not_settled') run.fates.set(replayed, await untilSettled(run.deps, replayed, deadline));
  }
}

function toDeadline({ deps, options }: Run): Date {
  return new Date(deps.clock.now().getTime() + options.waitMs);
}

function toReport(run: Run, chosen: number, stopped: ReplayStop | undefined): ReplayReport {
  const { fates, skipped, refused } = run;
  const count = (fate: Fate): number => [...fates.values()].filter((one) => one === fate).length;
  return {
    chosen,
    replayed: fates.size,
    resolved: count('resolved'),
    diedAgain: count('died_again'),
    discarded: count('discarded'),
    notSettled: count('not_settled'),
    skipped,
    refused,
    untouched: chosen - fates.size - skipped - refused,
    stopped,
  };
}
