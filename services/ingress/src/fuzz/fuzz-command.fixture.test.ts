import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { defaultSeed, type FuzzSuite, runsInTests } from './fuzz-suite.fixture.test.ts';
import { v2Suite } from './pay-v2-suite.fixture.test.ts';
import { v3Suite } from './pay-v3-suite.fixture.test.ts';
import { pushSuite } from './push-suite.fixture.test.ts';
import { runFuzz, toReport } from './run-fuzz.fixture.test.ts';

/*
 * `npm run fuzz -- [--runs N] [--seed S] [--kind pay-v3|pay-v2|push]`: the properties of the tests, on more cases.
 * Ends with 0 when all of them hold. It holds no test itself.
 */

const all = [v3Suite, v2Suite, pushSuite];
const usage = 'usage: npm run fuzz -- [--runs N] [--seed S] [--kind pay-v3|pay-v2|push]\n';

if (process.argv[1] === fileURLToPath(import.meta.url)) void main();

async function main(): Promise<void> {
  const words = readWords();
  if (words === undefined) {
    process.stderr.write(usage);
    process.exitCode = 2;
    return;
  }
  for (const suite of words.suites) {
    const runs = words.runs ?? runsInTests[suite.kind];
    try {
      process.stdout.write(`${toReport(await runFuzz({ suite, runs, seed: words.seed }))}\n`);
    } catch (error) {
      process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
      process.exitCode = 1;
    }
  }
}

/** Undefined for words that nobody understands. */
function readWords(): { suites: readonly FuzzSuite[]; runs: number | undefined; seed: number } | undefined {
  try {
    const { values } = parseArgs({
      options: { runs: { type: 'string' }, seed: { type: 'string' }, kind: { type: 'string' } },
    });
    const suites = all.filter(({ kind }) => values.kind === undefined || values.kind === kind);
    const runs = values.runs === undefined ? undefined : Number(values.runs);
    const seed = Number(values.seed ?? defaultSeed);
    const isLawful =
      suites.length > 0 && Number.isSafeInteger(seed) && (runs ?? 1) > 0 && Number.isSafeInteger(runs ?? 1);
    return isLawful ? { suites, runs, seed } : undefined;
  } catch {
    return undefined;
  }
}
