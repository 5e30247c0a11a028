// Runs on a fresh clone, before anything is installed: only node's own modules, and a syntax that old
// versions can still read as far as the message that they are too old.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { endWithNpm } from './end-with-npm.mjs';

const cloneFolder = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const oldestNode = [20, 19];
const usage = `usage: npm start [-- --once]      everything on this machine, with one purchase
       npm test [-- FILE…]       the tests
       npm run check             types, lint, format, import rules`;

/** What to tell somebody whose Node is too old; undefined when it is new enough. */
export function nodeVersionProblem(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const [oldestMajor, oldestMinor] = oldestNode;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `This needs Node ${oldestMajor}.${oldestMinor} or newer, and this is Node ${version}. See https://nodejs.org/en/download`;
}

/**
 * Whether the installed packages are those of the lock file: by the hash that this script left, or else, after
 * somebody's own `npm install`, by npm's record of what it installed. Packages for other platforms may lack.
 */
export function isInstalled(folder) {
  const lockText = readFileSync(join(folder, 'package-lock.json'), 'utf8');
  const recordFile = join(folder, 'node_modules/.package-lock.json');
  if (!existsSync(recordFile)) return false;
  const hashFile = join(folder, 'node_modules/.huidiao-lock-hash');
  if (existsSync(hashFile) && readFileSync(hashFile, 'utf8') === toHash(lockText)) return true;
  const installed = JSON.parse(readFileSync(recordFile, 'utf8')).packages;
  return Object.entries(JSON.parse(lockText).packages).every(([path, wanted]) => {
    if (path === '' || !path.startsWith('node_modules/')) return true;
    const found = installed[path];
    return found ? found.version === wanted.version : wanted.optional === true || wanted.peer === true;
  });
}

function toHash(text) {
  return createHash('sha256').update(text).digest('hex');
}

/** npm's own words, and what they most likely mean. */
export function installProblem(output) {
  const isOffline =
    /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENOTCACHED)\b/;
  const hint = isOffline.test(output)
    ? 'npm could not reach its registry. Is this machine online, or behind a proxy (npm config set proxy …)?\nOnly the first start needs the network.'
    : 'npm ci failed; its words are above.';
  return `${output.trim()}\n\n${hint}`;
}

function install() {
  if (isInstalled(cloneFolder)) return;
  timed('packages installed (npm ci)', () => {
    // npm's path is known when npm runs us; `npm` otherwise.
    const npm = process.env.npm_execpath;
    const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
    const options = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'];
    const patience = ['--fetch-retries=2', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=8000'];
    const run = spawnSync(command, [...first, 'ci', ...options, ...patience], {
      cwd: cloneFolder,
      encoding: 'utf8',
    });
    if (run.status !== 0)
      fail(installProblem(`${run.error?.message ?? ''}${run.stdout ?? ''}${run.stderr ?? ''}`));
    const lockText = readFileSync(join(cloneFolder, 'package-lock.json'), 'utf8');
    writeFileSync(join(cloneFolder, 'node_modules/.huidiao-lock-hash'), toHash(lockText));
  });
}

/** The packages that run, and those that `extra` names: the tests are left to `npm run check`. */
function build(extra) {
  const folders = ['services', 'deploy', 'deploy/examples']
    .flatMap((parent) => readdirSync(join(cloneFolder, parent)).map((name) => join(parent, name)))
    .filter((folder) => existsSync(join(cloneFolder, folder, 'tsconfig.json')))
    .concat(extra);
  timed('build', () => {
    const run = runTool('typescript/bin/tsc', ['-b', ...folders], 'pipe');
    if (run.status !== 0) fail(`${run.stdout}${run.stderr}\nThe build failed; its words are above.`);
  });
}

function runTool(bin, args, stdio) {
  return spawnSync(process.execPath, [join(cloneFolder, 'node_modules', bin), ...args], {
    cwd: cloneFolder,
    encoding: 'utf8',
    stdio,
  });
}

/** One at a time may install and build in this clone; a lock whose owner is gone is nobody's. */
async function withLock(work) {
  const folder = join(cloneFolder, '.huidiao');
  const lock = join(folder, 'bootstrap.lock');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (let waits = 0; !takeLock(lock); waits += 1) {
    if (waits === 0)
      console.log('another npm command is installing or building in this clone; waiting for it');
    if (waits > 1_500) fail(`waited 5 minutes for ${lock}; remove it if nothing else runs here`);
    await new Promise((wake) => setTimeout(wake, 200));
  }
  // Once released, the lock may be somebody else's.
  const release = () => rmSync(lock, { force: true });
  process.once('exit', release);
  work();
  release();
  process.removeListener('exit', release);
}

function takeLock(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (isOwned(lock)) return false;
    rmSync(lock, { force: true });
    return takeLock(lock);
  }
}

function isOwned(lock) {
  try {
    const owner = Number(readFileSync(lock, 'utf8'));
    // An empty file belongs to somebody who is just writing it; our own number, to a run in an earlier container.
    return owner === 0 || (owner !== process.pid && process.kill(owner, 0));
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function timed(what, work) {
  const started = Date.now();
  work();
  const seconds = (Date.now() - started) / 1_000;
  if (seconds >= 1) console.log(`${what} in ${seconds.toFixed(1)} s`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

function check() {
  const colors = process.stdout.isTTY ? '--colors=force' : '--colors=off';
  const steps = [
    ['types', 'typescript/bin/tsc', ['-b', 'tsconfig.base.json']],
    ['lint and format', '@biomejs/biome/bin/biome', ['ci', '--error-on-warnings', colors, '.']],
    ['import rules', 'tsx/dist/cli.mjs', ['deploy/local/src/imports/main.ts']],
  ];
  const failed = steps.filter(([name, bin, args]) => {
    const started = Date.now();
    const isGood = runTool(bin, args, 'inherit').status === 0;
    console.log(`${isGood ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - started) / 1_000).toFixed(1)} s)`);
    return !isGood;
  });
  process.exit(failed.length === 0 ? 0 : 1);
}

/** The property tests of callbacks, on as many cases as wanted; their sources, as the tests have them. */
function fuzz(args) {
  const file = join(cloneFolder, 'services/ingress/src/fuzz/fuzz-command.fixture.test.ts');
  const options = { cwd: cloneFolder, stdio: 'inherit' };
  const run = spawnSync(process.execPath, ['--conditions=source', '--import=tsx', file, ...args], options);
  process.exit(run.status ?? 1);
}

/** What a command runs in this process, once it is built. */
const programs = {
  start: 'deploy/local/dist/main.js',
  kills: 'deploy/chaos/dist/kills/main.js',
  mutants: 'deploy/chaos/dist/mutants/main.js',
};

async function main([command, ...args]) {
  const problem = nodeVersionProblem(process.versions.node);
  if (problem) fail(problem);
  if (!['test', 'check', 'fuzz', ...Object.keys(programs)].includes(command)) fail(usage);
  await withLock(() => {
    install();
    // For the tests too, which start services as they run in production, and some programs of their own.
    if (command !== 'check') build(command === 'test' ? ['shared/testing'] : []);
  });
  if (command === 'test') {
    // It uses what an old node does not have.
    const { runTests } = await import('./run-tests.mjs');
    return runTests(cloneFolder, args, endWithNpm);
  }
  if (command === 'check') return check();
  if (command === 'fuzz') return fuzz(args);
  const entry = join(cloneFolder, programs[command]);
  process.argv = [process.execPath, entry, ...args];
  endWithNpm(() => process.kill(process.pid, 'SIGTERM'));
  await import(pathToFileURL(entry).href);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code)) throw error;
    fail(
      `${error.message}\nThis clone, or what an earlier run left in it, is not yours to write in: was that run by another user?`,
    );
  }
}
