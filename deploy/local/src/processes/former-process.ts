import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { toPidFile } from './kept-process.ts';

/**
 * Ends the server that a killed run may have left in its folder and waits until it is gone: two redis-servers in
 * one folder would write over each other's log. Only for a folder that is ours alone.
 * @throws when it is still there after ten seconds.
 */
export async function endFormerProcess(folder: string, name: string): Promise<void> {
  const pidFile = toPidFile(folder, name);
  const pid = readPid(pidFile);
  if (pid === undefined) return;
  for (let waitedMs = 0; isStillIn(folder, pid, name); waitedMs += 100) {
    if (waitedMs === 0) process.kill(pid, 'SIGTERM');
    if (waitedMs >= 10_000) {
      throw new Error(`process ${pid} of an earlier run still uses ${folder}; end it first`);
    }
    await pause(100);
  }
  rmSync(pidFile, { force: true });
}

function readPid(pidFile: string): number | undefined {
  try {
    return Number(readFileSync(pidFile, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

/** A process id is used again some day, so what runs under it must be at home in the folder, or have the name. */
function isStillIn(folder: string, pid: number, name: string): boolean {
  if (!isRunning(pid)) return false;
  if (!existsSync('/proc/self/stat')) return commandOf(pid).includes(name);
  try {
    return !isZombie(pid) && readlinkSync(`/proc/${pid}/cwd`) === realpathSync(folder);
  } catch {
    return false;
  }
}

/** Whether a process of this id exists. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function isZombie(pid: number): boolean {
  return /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

function commandOf(pid: number): string {
  const run = spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  return run.stdout ?? '';
}
