import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { extname } from 'node:path';
import { endOf, logTail, type RunningProcess, stopProcess } from './running-process.ts';

/** One of our own programs. It ends by itself when its parent is gone, so it needs no keeper. */
export interface NodeProgram {
  readonly name: string;
  /** The file that node runs. */
  readonly file: string;
  readonly args?: readonly string[];
  /** The whole environment of the process. */
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  readonly readyWithinMs?: number;
}

/** Ports as the process announced them over IPC: `{ type: 'ready', port?, healthPort? }`. */
export interface ReadyPorts {
  readonly port?: number;
  readonly healthPort?: number;
}

export interface ReadyProcess extends RunningProcess, ReadyPorts {}

const readyWithinMs = 30_000;
/** Long enough to drain while Redis and MongoDB are up; a worker whose Redis is away would take its whole 25 s. */
const stopWithinMs = 6_000;

/**
 * Starts one of our programs in a process group of its own and waits until it says that it is ready.
 * @throws when it ends or stays silent, with the tail of its log; it does not run then.
 */
export async function startNodeProcess(program: NodeProgram): Promise<ReadyProcess> {
  const log = openSync(program.logFile, 'a', 0o600);
  const child = fork(program.file, [...(program.args ?? [])], {
    detached: true,
    env: program.env,
    execArgv: toNodeOptions(program.file),
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  const ended = endOf(child);
  try {
    const ports = await untilReady(child, ended, program.readyWithinMs ?? readyWithinMs);
    return {
      name: program.name,
      logFile: program.logFile,
      ...ports,
      ended,
      stop: () => stopProcess(child, ended, stopWithinMs),
      kill: () => void child.kill('SIGKILL'),
    };
  } catch (error) {
    child.kill('SIGKILL');
    await ended;
    throw new Error(
      `${program.name} did not start: ${(error as Error).message}\n${logTail(program.logFile)}\n(${program.logFile})`,
    );
  }
}

/** What node is given for a file: our own options, such as a loader, for a source; a built one starts without. */
export function toNodeOptions(file: string): string[] {
  return extname(file) === '.ts' ? process.execArgv : [];
}

function untilReady(child: ChildProcess, ended: Promise<string>, withinMs: number): Promise<ReadyPorts> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`not ready within ${withinMs / 1_000} s`)), withinMs);
    child.on('message', (message) => {
      if (!isReadyMessage(message)) return;
      clearTimeout(limit);
      resolve({
        ...(message.port !== undefined && { port: message.port }),
        ...(message.healthPort !== undefined && { healthPort: message.healthPort }),
      });
    });
    void ended.then((how) => {
      clearTimeout(limit);
      reject(new Error(how));
    });
  });
}

function isReadyMessage(message: unknown): message is ReadyPorts {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'ready';
}
