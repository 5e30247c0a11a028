// Like bootstrap.mjs, which calls it: only node's own modules.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

/** The run itself ends a test that hangs; this ends a run that cannot even do that. */
const limitMs = 10 * 60_000;
/** Whole installations first, for they take longest: whichever process is free takes the next file. */
const parents = ['shared/testing', 'services', 'deploy', 'shared'];
/** Have commands of their own, `npm run crashes`, `ledgers` and `outages`: they want the whole machine for a while. */
const alone = [
  'shared/testing/src/crash/every-step.test.ts',
  'shared/testing/src/draining.test.ts',
  'shared/testing/src/outage.test.ts',
  'shared/testing/src/thousand-orders.test.ts',
  'shared/testing/src/two-ledgers.test.ts',
];

/**
 * The words for mocha: those given, and, when they name no files, all test files spread over processes. Tests wait
 * about as long as they compute, so there is one process more than there are cores.
 */
export function toMochaWords(folder, given, cores = availableParallelism()) {
  if (given.some((word) => isFile(folder, word))) return given;
  const processes = ['--parallel', '--jobs', String(Math.min(4, cores + 1))];
  // Words may leave tests out; then nobody can tell what the tests as a whole use.
  const whole = given.length === 0 ? ['--reporter-option', 'wholeRun=true'] : [];
  return [...processes, ...whole, ...given, ...listTestFiles(folder)];
}

/** Whether a word after `npm test --` names files, and is not the value of an option. */
function isFile(folder, word) {
  return !word.startsWith('-') && (/\.ts$|\*/.test(word) || existsSync(join(folder, word)));
}

function listTestFiles(folder) {
  const files = parents.flatMap((parent) =>
    readdirSync(join(folder, parent), { recursive: true })
      .map((path) => join(parent, path))
      .filter(
        (path) => /[\\/]src[\\/].*\.test\.ts$/.test(path) && !/[\\/](node_modules|dist)[\\/]/.test(path),
      )
      .filter((path) => !alone.includes(path))
      .sort(),
  );
  return [...new Set(files)];
}

/**
 * Runs mocha as its own command does, but as our direct child, which ends when we do, and its processes with it.
 * Ends this process with mocha's exit code. `endWithNpm` calls back when npm is gone.
 */
export function runTests(folder, given, endWithNpm) {
  const nodeOptions = JSON.parse(readFileSync(join(folder, '.mocharc.json'), 'utf8'))['node-option'];
  const command = join(folder, 'node_modules/mocha/lib/cli/cli.js');
  // Everything was built just now: processes that tests start come from the build.
  const env = { ...process.env, TEST_BUILT: 'true' };
  const mocha = spawn(
    process.execPath,
    [...nodeOptions.map((option) => `--${option}`), command, ...toMochaWords(folder, given)],
    { cwd: folder, env, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] },
  );
  const limit = setTimeout(() => {
    console.error(`the tests did not end within ${limitMs / 60_000} minutes`);
    mocha.kill('SIGKILL');
  }, limitMs);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => mocha.kill(signal));
  endWithNpm(() => mocha.kill('SIGTERM'));
  mocha.on('exit', (code) => {
    clearTimeout(limit);
    removeFoldersOf(mocha.pid);
    process.exit(code ?? 1);
  });
}

/** A killed run cannot remove its folder, and its servers, which are just ending, may still write there. */
function removeFoldersOf(pid) {
  for (const name of readdirSync(tmpdir()).filter((each) => each.startsWith(`huidiao-test-${pid}-`))) {
    rmSync(join(tmpdir(), name), { recursive: true, force: true, maxRetries: 20, retryDelay: 10 });
  }
}
