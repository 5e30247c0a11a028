import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { toNodeOptions } from './node-process.ts';
import { endOf, type RunningProcess, stopProcess } from './running-process.ts';

/** What a keeper runs, and what it does when its parent is gone. */
export interface KeeperOrder {
  readonly command: string;
  readonly args: readonly string[];
  /** Where the server works and keeps its data; made if missing. */
  readonly folder: string;
  /** Added to the keeper's own environment, for the server alone. */
  readonly extraEnv: Readonly<Record<string, string>>;
  readonly pidFile: string;
  /** After this long a server that was asked to end is killed. */
  readonly graceMs: number;
  /** Remove the folder once the server has ended. */
  readonly removeFolder: boolean;
  /** Run once the server has ended, whatever its end was. */
  readonly finally?: { readonly command: string; readonly args: readonly string[] };
}

/** A server to start: what it is called in the names of its log and pid file, and the keeper's order. */
export type KeptServer = Pick<KeeperOrder, 'command' | 'args' | 'folder'> &
  Partial<Pick<KeeperOrder, 'extraEnv' | 'graceMs' | 'removeFolder' | 'finally'>> & {
    readonly name: string;
    readonly logFile: string;
    /** The environment of keeper and server. */
    readonly env: NodeJS.ProcessEnv;
  };

const defaultGraceMs = 8_000;

/**
 * Starts a server that is not ours under a keeper, in a process group of its own, so that Ctrl-C reaches only us
 * and we end things in order.
 */
export function startKeptProcess(server: KeptServer): RunningProcess {
  const graceMs = server.graceMs ?? defaultGraceMs;
  mkdirSync(server.folder, { recursive: true, mode: 0o700 });
  const order: KeeperOrder = {
    command: server.command,
    args: server.args,
    folder: server.folder,
    extraEnv: server.extraEnv ?? {},
    pidFile: toPidFile(server.folder, server.name),
    graceMs,
    removeFolder: server.removeFolder ?? false,
    ...(server.finally && { finally: server.finally }),
  };
  const log = openSync(server.logFile, 'a', 0o600);
  const keeper: ChildProcess = fork(keeperFile(), [JSON.stringify(order)], {
    detached: true,
    env: server.env,
    execArgv: toNodeOptions(keeperFile()),
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  const ended = endOf(keeper);
  return {
    name: server.name,
    logFile: server.logFile,
    ended,
    stop: () => stopProcess(keeper, ended, graceMs + 2_000),
    // The server, not its keeper, which then follows it.
    kill: () => void process.kill(Number(readFileSync(order.pidFile, 'utf8')), 'SIGKILL'),
  };
}

/** Holds the server's process id while it runs. */
export function toPidFile(folder: string, name: string): string {
  return join(folder, `${basename(name)}.pid`);
}

/** Beside this file, in the source as in the build. */
function keeperFile(): string {
  return join(import.meta.dirname, `keeper${extname(import.meta.filename)}`);
}
