import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Keeps a second server off a folder, by a file that names this process; one left by a process that is gone is taken
 * over. Gives the function that lets go.
 * @throws Error if a running process holds the folder
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, 'store.lock');
  const holder = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  const pid = Number.parseInt(holder ?? '', 10);
  if (pid > 0 && holder === describeProcess(pid))
    throw new Error(`${folder} is in use by process ${pid}; if that is no embedded store, delete ${path}`);
  if (holder !== undefined) rmSync(path, { force: true });
  writeFileSync(path, describeProcess(process.pid), { flag: 'wx' }); // of two that start at once, one fails here
  return () => rmSync(path, { force: true });
}

/** Process ids are used again, in containers almost at once; on Linux field 22 of `stat` is when a process began. */
function describeProcess(pid: number): string {
  try {
    process.kill(pid, 0);
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ');
    return stat?.[0] === 'Z' ? `${pid} is gone` : `${pid} ${stat?.[19]}`;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH' ? `${pid} is gone` : `${pid} `;
  }
}
