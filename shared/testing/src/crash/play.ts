import { waitFor } from '../wait-for.ts';
import type { Bench } from './bench.ts';
import type { CrashPoint } from './crash-point.ts';
import { type EndState, isQuiet, readEndState } from './end-state.ts';
import { createRun, patience, type Run } from './journey.ts';
import type { Scenario } from './scenario.ts';

/** How a run ended, and each point that it passed on its way. */
export interface Played {
  readonly end: EndState;
  readonly passed: ReadonlyMap<string, CrashPoint>;
}

let runs = 0;

/**
 * Plays a scenario once.
 * @param target where a process is to end; the run fails if none gets there
 */
export async function play(bench: Bench, scenario: Scenario, target?: string): Promise<Played> {
  runs += 1;
  const run = createRun(bench, `R${String(runs).padStart(4, '0')}`);
  await bench.hold('loops');
  for (const service of scenario.services) bench.setClock(service, scenario.aheadMs?.[service] ?? 0);
  bench.begin(target);
  try {
    await scenario.play(run);
    if (target !== undefined) await waitFor('a process to end', () => bench.hasCrashed, patience);
    await waitFor('the end of all work', () => isQuiet(run), patience);
    await bench.hold('loops');
    return { end: await readEndState(run), passed: toRepeatable(bench.passed, scenario) };
  } catch (error) {
    throw new Error(await explain(run, error), { cause: error });
  } finally {
    bench.releaseHandlers();
  }
}

/** Whether a connection is made in time for the first call is chance; but not where there is none to be made. */
function toRepeatable(passed: ReadonlyMap<string, CrashPoint>, { withoutRedis }: Scenario) {
  const isChance = (point: CrashPoint): boolean =>
    point.side === 'after' &&
    point.gave.endsWith('_UNAVAILABLE') &&
    withoutRedis?.includes(point.service) !== true;
  return new Map([...passed].filter(([, point]) => !isChance(point)));
}

async function explain(run: Run, error: unknown): Promise<string> {
  const state = await readEndState(run).catch((unreadable: unknown) => String(unreadable));
  const lines = run.bench.logLines.slice(-5).join('');
  const how = run.bench.hasCrashed
    ? 'after the process had ended and another one had begun'
    : 'without any end of a process';
  return `${String(error)} (${how})\nseen: ${JSON.stringify(state)}\n${lines}`;
}
