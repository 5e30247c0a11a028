import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Notes which test this process is at, for the process that runs several such. */
export function noteAtWork(title: string): void {
  const { TEST_RUN_FOLDER: folder } = process.env;
  if (folder) writeFileSync(toFile(folder, process.pid), title);
}

/** What those of the processes that noted something are at. */
export function readAtWork(pids: readonly (number | undefined)[]): string[] {
  const { TEST_RUN_FOLDER: folder } = process.env;
  return pids.flatMap((pid) => {
    try {
      return folder && pid ? [readFileSync(toFile(folder, pid), 'utf8')] : [];
    } catch {
      return [];
    }
  });
}

function toFile(folder: string, pid: number): string {
  return join(folder, `at-work-${pid}`);
}
