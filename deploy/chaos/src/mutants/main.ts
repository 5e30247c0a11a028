import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { applyMutant } from './apply-mutant.ts';
import { copyTree } from './copy-tree.ts';
import type { Mutant } from './mutant.ts';
import { mutants } from './mutants.ts';
import { type MochaRun, runMocha } from './run-mocha.ts';

/*
 * `npm run mutants -- [WORD…]`: takes one safeguard after the other out of a copy of the sources and runs the tests
 * that must notice; with words, only mutants whose name holds one of them. Ends with 0 when each was noticed.
 */

/** Two cores are what the smallest machine has that this is run on. */
const copies = 2;
const limitMs = 3 * 60_000;
const cloneFolder = resolve(import.meta.dirname, '../../../..');

const words = process.argv.slice(2);
const chosen = mutants.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
if (chosen.length === 0) {
  console.error(
    `no mutant's name holds ${words.join(' or ')}; there are:\n${mutants.map(({ name }) => `  ${name}`).join('\n')}`,
  );
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'huidiao-mutants-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const waiting = [...chosen];
let survived = 0;
await Promise.all(Array.from({ length: copies }, (_, index) => workOff(join(folder, String(index)))));
console.log(`\n${chosen.length - survived} of ${chosen.length} mutants were noticed`);
process.exitCode = survived === 0 ? 0 : 1;

async function workOff(copy: string): Promise<void> {
  if (waiting.length === 0) return;
  copyTree(cloneFolder, copy);
  for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
    const problem = await tryMutant(copy, mutant);
    if (problem !== undefined) survived += 1;
  }
}

/** What is wrong, if the tests did not notice. */
async function tryMutant(copy: string, mutant: Mutant): Promise<string | undefined> {
  const file = join(copy, mutant.file);
  const whole = readFileSync(file, 'utf8');
  try {
    writeFileSync(file, applyMutant(whole, mutant));
    const run = await runMocha(copy, mutant.tests, limitMs);
    const problem = toProblem(run);
    console.log(
      problem === undefined
        ? `noticed   ${mutant.name}\n          by: ${run.firstFailure}`
        : `SURVIVED  ${mutant.name}\n          ${problem}`,
    );
    return problem;
  } catch (error) {
    console.log(`SURVIVED  ${(error as Error).message}`);
    return (error as Error).message;
  } finally {
    writeFileSync(file, whole);
  }
}

/** A run that broke off shows nothing: the code may not even have loaded. */
function toProblem({ isWhole, failed, firstFailure, output }: MochaRun): string | undefined {
  if (!isWhole) return `the tests did not come to their end:\n${output.slice(-2_000)}`;
  if (failed === 0) return 'every test passed';
  return firstFailure === undefined ? `no test failed by name:\n${output.slice(-2_000)}` : undefined;
}
