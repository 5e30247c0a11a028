import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { extname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { FoundServer, ServerSearch } from '../found-server.ts';
import { isRunning } from '../processes/former-process.ts';
import { startNodeProcess } from '../processes/node-process.ts';
import { toLogFile } from '../processes/running-process.ts';

/** Starts the embedded store as a process of its own, with its data in the search's data folder. */
export async function startEmbeddedStoreProcess(search: ServerSearch): Promise<FoundServer> {
  const folder = join(search.dataFolder, 'embedded-store');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  await untilFormerStoreIsGone(folder);
  const store = await startNodeProcess({
    name: 'embedded-store',
    file: join(import.meta.dirname, `../embedded-store/main${extname(import.meta.filename)}`),
    env: { ...search.env, EMBEDDED_STORE_FOLDER: folder, PORT: '0' },
    logFile: toLogFile(search.dataFolder, 'embedded-store'),
  });
  return {
    url: `mongodb://127.0.0.1:${store.port}/?directConnection=true`,
    origin:
      'the embedded store, for evaluation and tests on one machine (a real one: MONGODB_URI, or mongod on the PATH)',
    ended: store.ended,
    stop: async () => {
      await store.stop();
      if (search.isTemporary) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The store of a run that was killed a moment ago ends by itself, at once; a new one is refused until then. */
async function untilFormerStoreIsGone(folder: string): Promise<void> {
  const pid = Number.parseInt(readLock(join(folder, 'store.lock')), 10);
  for (let waitedMs = 0; pid && isRunning(pid) && waitedMs < 3_000; waitedMs += 50) await pause(50);
}

function readLock(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
