import { resolve } from 'node:path';
import { checkWorkspace } from './check-workspace.ts';

const root = resolve(import.meta.dirname, '../../../..');
const problems = checkWorkspace(root);
for (const problem of problems) console.error(problem);
if (problems.length > 0) {
  console.error(
    `${problems.length} forbidden imports; the table is in deploy/local/src/imports/import-rules.ts`,
  );
  process.exitCode = 1;
}
