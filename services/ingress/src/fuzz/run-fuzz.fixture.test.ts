import fc from 'fast-check';
import type { FuzzSuite } from './fuzz-suite.fixture.test.ts';
import { judge } from './judge.fixture.test.ts';
import { openSite } from './site.fixture.test.ts';
import { createTally, type Tally } from './tally.fixture.test.ts';

export interface FuzzRun {
  readonly suite: FuzzSuite;
  /** Cases of all properties together. */
  readonly runs: number;
  readonly seed: number;
}

/** How a run ended. */
export interface FuzzResult {
  readonly seed: number;
  readonly tally: Tally;
  /** Of one core, without what loading took. */
  readonly cpuSeconds: number;
}

/** Runs all properties. Rejects at the first case that fails, with its seed and the smallest change that does it. */
export async function runFuzz({ suite, runs, seed }: FuzzRun): Promise<FuzzResult> {
  const { kind, properties } = suite;
  const tally = createTally(kind);
  const site = openSite();
  const before = process.cpuUsage();
  try {
    const shares = properties.reduce((sum, { share }) => sum + share, 0);
    for (const { name, specs, toCase, isProven, share } of properties) {
      const property = fc.asyncProperty(specs, async (spec) => {
        tally.count(await judge(site, kind, toCase(spec)), isProven);
      });
      const numRuns = Math.ceil((runs * share) / shares);
      await fc.assert(property, { seed, numRuns, includeErrorInReport: true }).catch((cause) => {
        const again = `npm run fuzz -- --kind ${kind} --runs ${runs} --seed ${seed}`;
        throw new Error(`${kind}, a message ${name}: ${toMessage(cause)}\nAgain: ${again}`);
      });
    }
  } finally {
    await site.close();
  }
  const { user, system } = process.cpuUsage(before);
  return { tally, seed, cpuSeconds: (user + system) / 1e6 };
}

/** The table of a run, for people. */
export function toReport({ tally, seed, cpuSeconds }: FuzzResult): string {
  return tally.toText(`seed ${seed}, ${cpuSeconds.toFixed(1)} s of one core`);
}

function toMessage(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
