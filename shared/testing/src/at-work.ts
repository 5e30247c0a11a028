import { openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { runFolder } from './run-environment.ts';

/** Kept open and written over: a file made anew before each of thousands of tests takes longer than most of them. */
let note: number | undefined;
const end = '\0';

/** Notes which test this process is at, for the process that runs several such. */
export function noteAtWork(title: string): void {
  const folder = runFolder();
  if (!folder) return;
  note ??= openSync(toFile(folder, process.pid), 'w', 0o600);
  writeSync(note, title + end, 0);
}

/** What those of the processes that noted something are at. */
export function readAtWork(pids: readonly (number | undefined)[]): string[] {
  const folder = runFolder();
  return pids.flatMap((pid) => {
    try {
      return folder && pid ? readFileSync(toFile(folder, pid), 'utf8').split(end).slice(0, 1) : [];
    } catch {
      return [];
    }
  });
}

function toFile(folder: string, pid: number): string {
  return join(folder, `at-work-${pid}`);
}
