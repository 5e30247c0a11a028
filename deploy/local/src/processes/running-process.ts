import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How a process ended, in words: `exit code 1`, `signal SIGKILL`. */
export type ProcessEnd = string;

/** A child of ours that runs. */
export interface RunningProcess {
  readonly name: string;
  /** Everything it writes. */
  readonly logFile: string;
  /** Resolves when it has ended, whoever ended it. Never rejects. */
  readonly ended: Promise<ProcessEnd>;
  /** Asks it to end, kills it when it does not, resolves when it is gone. */
  stop(): Promise<void>;
  /** Kills it at once, as a crash would: nothing in it gets to run any more. */
  kill(): void;
}

/** Resolves with how the child ended, or why it could not be started. */
export function endOf(child: ChildProcess): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      if (child.pid === undefined) resolve(`not started: ${error.message}`);
    });
    child.once('exit', (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
  });
}

/** SIGTERM, and SIGKILL after the grace. */
export async function stopProcess(
  child: ChildProcess,
  ended: Promise<ProcessEnd>,
  graceMs: number,
): Promise<void> {
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await ended;
  clearTimeout(kill);
}

/** `<dataFolder>/logs/<name>.log`; the folder is made. */
export function toLogFile(dataFolder: string, name: string): string {
  const folder = join(dataFolder, 'logs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return join(folder, `${name}.log`);
}

/** The last lines of a log, for people; empty when there is none. */
export function logTail(logFile: string, lines = 15): string {
  try {
    return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}
