import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { lockFolder } from '../embedded-store/folder-lock.ts';
import { isRunning } from '../processes/former-process.ts';

/** A folder that this process alone uses until it releases it. */
export interface DataFolder {
  readonly path: string;
  /** Whether another process has the usual folder; the data of this one then go when it is released. */
  readonly isTemporary: boolean;
  release(): void;
}

/**
 * `<parent>/local`, kept from run to run; or, while another process has it, `<parent>/local-<pid>`, which is
 * removed in the end. What killed processes left of the second kind is removed too.
 */
export function takeDataFolder(parent: string): DataFolder {
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  removeLeftovers(parent);
  const usual = join(parent, 'local');
  mkdirSync(usual, { recursive: true, mode: 0o700 });
  const unlock = tryLock(usual);
  if (unlock) return { path: usual, isTemporary: false, release: unlock };
  const own = join(parent, `local-${process.pid}`);
  mkdirSync(own, { recursive: true, mode: 0o700 });
  return {
    path: own,
    isTemporary: true,
    release: () => rmSync(own, { recursive: true, force: true }),
  };
}

function tryLock(folder: string): (() => void) | undefined {
  try {
    return lockFolder(folder);
  } catch (error) {
    // Whoever cannot even write the lock must hear of that.
    if (error instanceof Error && 'code' in error) throw error;
    return undefined;
  }
}

function removeLeftovers(parent: string): void {
  for (const name of readdirSync(parent)) {
    const owner = Number(/^local-(\d+)$/.exec(name)?.[1]);
    if (owner && !isRunning(owner)) rmSync(join(parent, name), { recursive: true, force: true });
  }
}
