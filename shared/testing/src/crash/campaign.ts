import { isDeepStrictEqual } from 'node:util';
import { toExpected } from './allowed-differences.ts';
import { type CrashPoint, toText } from './crash-point.ts';
import type { Played } from './play.ts';
import type { Scenario } from './scenario.ts';
import { openStage, type Stage, type StageBench } from './stage.ts';

/** A run for each point at which a process can end. */
export interface Campaign {
  /** All of them, by their words. */
  readonly points: ReadonlyMap<string, CrashPoint>;
  /** Every handler, loop and route that the services have, after the name of the service. */
  readonly units: ReadonlySet<string>;
  /** Gives what is wrong, in words; nothing if each run ended as it should. */
  crashAll(scenario: Scenario): Promise<string[]>;
  close(): Promise<void>;
}

interface OpenBench {
  readonly stage: Stage;
  readonly bench: StageBench;
  readonly scenario: Scenario;
}

/** What is known of a scenario after an undisturbed run of it. */
interface Plan {
  readonly scenario: Scenario;
  readonly undisturbed: Played;
  /** Not begun yet. */
  readonly left: CrashPoint[];
  readonly differences: string[];
  /** There is or was a bench for it. */
  isBegun: boolean;
  unfinished: number;
  /** Resolves when a run for each of its points has ended. */
  readonly done: Promise<void>;
  finish(): void;
}

/** A bench takes some time to open; with less to play it is quicker to leave it to those that are open. */
const leastWork = 3;
/** Two cores are what the smallest machine has that this is run on. */
const stageCount = 2;
/** Of each stage. Runs wait now and then, but a service costs something even when it has nothing to do. */
const mostBenches = 5;

/**
 * Plays each scenario undisturbed, each on a bench of its own, then begins with all the other runs. There are so many
 * benches all the time: one whose scenario is done is closed, and one for another scenario opened.
 */
export async function openCampaign(scenarios: readonly Scenario[]): Promise<Campaign> {
  const stages = Array.from({ length: stageCount }, openStage);
  const units = new Set<string>();
  const points = new Map<string, CrashPoint>();
  const plans: Plan[] = [];
  let isClosing = false;

  /** Plays scenarios undisturbed until none is left; gives the bench of the last one. */
  async function begin(stage: Stage, left: Scenario[], played: Map<Scenario, Played>): Promise<OpenBench[]> {
    for (let scenario = left.shift(); scenario !== undefined; ) {
      const bench = await stage.openBench(scenario);
      const undisturbed = await bench.play();
      played.set(scenario, undisturbed);
      for (const unit of undisturbed.units) units.add(unit);
      const next = left.shift();
      if (next === undefined) return [{ stage, bench, scenario }];
      await bench.close();
      scenario = next;
    }
    return [];
  }

  /** Plays what is left of a scenario, then of those that have most left. */
  async function work({ stage, bench: first }: OpenBench, plan: Plan): Promise<void> {
    let bench = first;
    for (let next: Plan | undefined = plan; next !== undefined; next = choose(plans)) {
      next.isBegun = true;
      if (next !== plan) bench = await stage.openBench(next.scenario);
      for (let point = next.left.shift(); point !== undefined && !isClosing; point = next.left.shift()) {
        next.differences.push(...(await crash(bench, next, point)));
        next.unfinished -= 1;
        if (next.unfinished === 0) next.finish();
      }
      await bench.close();
      if (isClosing) return;
    }
  }

  const left = [...scenarios];
  const played = new Map<Scenario, Played>();
  const opening = stages.flatMap((stage) =>
    Array.from({ length: mostBenches }, () => begin(stage, left, played)),
  );
  const open = await Promise.all(opening).catch(async (error: unknown) => {
    left.length = 0;
    await Promise.allSettled(opening);
    await Promise.allSettled(stages.map((stage) => stage.close()));
    throw error;
  });
  for (const scenario of scenarios) {
    const undisturbed = played.get(scenario) as Played;
    // A point that two scenarios pass is the first one's.
    const own = [...undisturbed.passed.values()].filter((point) => !points.has(toText(point)));
    for (const point of own) points.set(toText(point), point);
    plans.push(createPlan(scenario, undisturbed, own));
  }
  const planOf = (scenario: Scenario) => plans.find((plan) => plan.scenario === scenario) as Plan;
  const works = open.flat().map((one) => work(one, planOf(one.scenario)));
  const working = Promise.all(works);
  working.catch(() => undefined);

  return {
    points,
    units,
    async crashAll(scenario) {
      const plan = planOf(scenario);
      await Promise.race([plan.done, working]);
      return plan.differences;
    },
    async close() {
      isClosing = true;
      // Also those that go on after one has failed, or they would be at work on stages that are closed.
      await Promise.allSettled(works);
      await Promise.all(stages.map((stage) => stage.close()));
    },
  };
}

function createPlan(scenario: Scenario, undisturbed: Played, own: readonly CrashPoint[]): Plan {
  let finish = (): void => undefined;
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  if (own.length === 0) finish();
  const progress = { left: [...own], differences: [], isBegun: false, unfinished: own.length };
  return { scenario, undisturbed, ...progress, done, finish };
}

function choose(plans: readonly Plan[]): Plan | undefined {
  const worthwhile = plans.filter(({ left, isBegun }) => left.length >= (isBegun ? leastWork : 1));
  return worthwhile.sort((a, b) => b.left.length - a.left.length)[0];
}

/** @returns what is wrong, in words */
async function crash(bench: StageBench, { undisturbed }: Plan, point: CrashPoint): Promise<string[]> {
  const where = toText(point);
  try {
    const { end } = await bench.play(where);
    const expected = toExpected(undisturbed.end, end, point);
    if (isDeepStrictEqual(end, expected)) return [];
    return [`${where}\n${toDifferences(expected, end).join('\n')}`];
  } catch (error) {
    return [`${where}\n${String(error)}`];
  }
}

/** What is not the same, by its path; two lines each. */
function toDifferences(expected: unknown, seen: unknown, path = 'end'): string[] {
  if (isDeepStrictEqual(expected, seen)) return [];
  if (isObject(expected) && isObject(seen)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(seen)]);
    return [...keys].flatMap((key) => toDifferences(expected[key], seen[key], `${path}.${key}`));
  }
  return [
    `  ${path} should be ${JSON.stringify(expected)}`,
    `  ${' '.repeat(path.length)} but is ${JSON.stringify(seen)}`,
  ];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
