import { existsSync, readFileSync } from 'node:fs';

/** What a whole run asked of the embedded store, held against what its conformance suite shows. */
export const storeUse: { problems: readonly string[]; report: string } = {
  problems: [],
  report:
    'what the tests ask of MongoDB was not compared with the conformance suite: no embedded store was used',
};

/** Reads the record of the run's embedded store, if that was the server, for the reporter. */
export async function noteStoreUse(recordFile: string): Promise<void> {
  if (!existsSync(recordFile)) return;
  // Loaded late, as in root-hooks.ts.
  const { compareOperations } = await import('./compare-operations.ts');
  storeUse.problems = compareOperations(readFileSync(recordFile, 'utf8'));
  storeUse.report = [
    `what the tests ask of MongoDB, compared with the conformance suite: ${storeUse.problems.length || 'no'} differences`,
    ...storeUse.problems.map((problem) => `  ${problem}`),
  ].join('\n');
}
