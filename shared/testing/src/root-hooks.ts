import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ServerSearch } from '@huidiao/local';
import { toNodeProgram } from './node-program.ts';
import { putRedisOnPath } from './put-redis-on-path.ts';
import { removeDatabases, removeKeys, takeOverWhatTestsMade } from './remove-what-tests-made.ts';
import { noteStoreUse } from './store-use.ts';

const cloneFolder = resolve(import.meta.dirname, '../../..');
const folderName = /^huidiao-test-(\d+)-/;
const isGiven = { redis: Boolean(process.env.REDIS_URL), mongo: Boolean(process.env.MONGODB_URI) };
let folder: string;
/** Ends the servers that are ours. */
let stopServers = async (): Promise<void> => {};

/**
 * Once, before the test files are loaded, which read the addresses at once: one Redis and one MongoDB for the run,
 * unless REDIS_URL and MONGODB_URI name some. Each run has its own on free ports in its own temporary folder, so
 * runs beside each other do not meet; the processes of one run share them.
 */
export async function startTestServers(): Promise<void> {
  endWithParent();
  endWhenInterrupted();
  const local = await loadLocal();
  const programsFolder = join(cloneFolder, '.huidiao/programs');
  mkdirSync(programsFolder, { recursive: true, mode: 0o700 });
  removeLeftovers(local.isRunning);
  folder = mkdtempSync(join(tmpdir(), `huidiao-test-${process.pid}-`));
  // A run that breaks off, on a file that does not parse for one, ends without its teardown.
  process.once('exit', () => remove(folder));
  process.env.TEST_RUN_FOLDER = folder;
  const env = { ...process.env, EMBEDDED_STORE_RECORD_FILE: recordFile() };
  const search = { env, dataFolder: folder, programsFolder, isTemporary: true, say: console.log };
  await startServers(local, search);
  await putRedisOnPath(local, search);
}

/** Once, after all tests: nothing stays behind, on servers that were there before either. */
export async function stopTestServers(): Promise<void> {
  try {
    takeOverWhatTestsMade(folder);
    if (isGiven.mongo) await removeDatabases();
    if (isGiven.redis) await removeKeys();
    await noteStoreUse(recordFile());
  } finally {
    await stopServers();
    remove(folder);
  }
}

/**
 * Loaded late, so that who breaks @huidiao/local can still run a test of another package; and what it starts is of its
 * own kind, for the embedded store of the whole run is quicker when it is built.
 */
async function loadLocal(): Promise<Local> {
  const { file } = toNodeProgram(join(cloneFolder, 'deploy/local/src/index.ts'));
  return (await import(pathToFileURL(file).href)) as Local;
}

/** Where the embedded store records what is asked of it; there is no such file with another server. */
function recordFile(): string {
  return join(folder, 'store-operations');
}

async function startServers({ findMongo, findRedis }: Local, search: ServerSearch): Promise<void> {
  const found = await Promise.allSettled([findRedis(search), findMongo(search)]);
  stopServers = async () => {
    await Promise.all(found.map((one) => (one.status === 'fulfilled' ? one.value.stop() : undefined)));
  };
  const [redis, mongo] = found;
  if (redis.status === 'fulfilled' && mongo.status === 'fulfilled') {
    process.env.REDIS_URL = redis.value.url;
    process.env.MONGODB_URI = mongo.value.url;
    return;
  }
  await stopServers();
  throw found.find((one) => one.status === 'rejected')?.reason;
}

type Local = typeof import('@huidiao/local');

/** Folders of runs that were killed and could not remove them. */
function removeLeftovers(isRunning: (pid: number) => boolean): void {
  for (const name of readdirSync(tmpdir())) {
    const owner = Number(folderName.exec(name)?.[1]);
    if (owner && !isRunning(owner)) remove(join(tmpdir(), name));
  }
}

/** As far as it can be: a folder may be another user's, or still written in by a server that is just ending. */
function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // The next run tries again.
  }
}

/** `npm test` talks to us over IPC only by being there: when it is gone, so are we, and then our servers. */
function endWithParent(): void {
  if (!process.connected) return;
  process.once('disconnect', () => process.exit(1));
  process.channel?.unref();
}

/** Ctrl-C: mocha would wait for its workers, and they for their tests. They and the servers end with us. */
function endWhenInterrupted(): void {
  if (process.argv.includes('--parallel')) process.once('SIGINT', () => process.exit(130));
}
