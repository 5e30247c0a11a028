import { whatStaysOpen } from '../open-handles.ts';
import { noteWhatTestsMade } from '../remove-what-tests-made.ts';
import { type Bench, openBench } from './bench.ts';
import { play } from './play.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios.ts';
import type { StageAnswer, StageCalls, StageRequest } from './stage.ts';
import { openSurroundings } from './surroundings.ts';

/*
 * Plays scenarios in a process of its own, as it is asked to over IPC: a stage (see stage.ts). It ends with the process
 * that started it.
 */

const surroundings = await openSurroundings();
const benches = new Map<number, { readonly bench: Bench; readonly scenario: Scenario }>();

const calls: StageCalls = {
  async open(benchId, name) {
    const scenario = scenarios.find((one) => one.name === name);
    if (scenario === undefined) throw new Error(`there is no scenario in which ${name}`);
    benches.set(benchId, { bench: await openBench(surroundings, scenario), scenario });
  },
  async play(benchId, target) {
    const { bench, scenario } = benchOf(benchId);
    const played = await play(bench, scenario, target);
    return { ...played, units: bench.units };
  },
  async close(benchId) {
    const { bench } = benchOf(benchId);
    benches.delete(benchId);
    await bench.close();
  },
  async end() {
    await surroundings.close();
    noteWhatTestsMade();
    return await whatStaysOpen({});
  },
};

process.on('message', (request: StageRequest) => void serve(request));
process.once('disconnect', () => process.exit());

async function serve({ id, call, args }: StageRequest): Promise<void> {
  const run: (...args: never[]) => Promise<unknown> = calls[call];
  const answer = await run(...(args as never[])).then(
    (value): StageAnswer => ({ id, value }),
    (error: unknown): StageAnswer => ({ id, error: String(error) }),
  );
  process.send?.(answer);
}

function benchOf(benchId: number) {
  const found = benches.get(benchId);
  if (found === undefined) throw new Error(`there is no bench ${benchId}`);
  return found;
}
