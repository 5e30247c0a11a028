import { resolve } from 'node:path';
import { parseArguments } from './parse-arguments.ts';
import { runLocal } from './run-local.ts';
import { untilStopWanted } from './stop-wanted.ts';

const parsed = parseArguments(process.argv.slice(2), process.env);
if ('message' in parsed) {
  console.error(parsed.message);
  process.exit(parsed.exitCode);
}
const exitCode = await runLocal({
  cloneFolder: resolve(import.meta.dirname, '../../..'),
  env: process.env,
  isOnce: parsed.isOnce,
  stopWanted: untilStopWanted(),
});
// What may still be open belongs to a start that was given up; its processes end with this one.
process.exit(exitCode);
