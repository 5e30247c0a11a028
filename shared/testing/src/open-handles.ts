import type { ChildProcess } from 'node:child_process';
import type { Server, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** What closes on its own after the last test, such as a keep-alive connection, may take this long. */
const defaultSettleMs = 3_000;

/** Everything that keeps this process from ending by itself, by kind, with as much of a name as there is. */
export function openHandles(): string[] {
  const handles = activeHandles().filter((handle) => !isOwn(handle));
  const named = handles.map(nameOf);
  // Timers are no handles; node counts them only.
  const timers = process
    .getActiveResourcesInfo()
    .filter((kind) => kind === 'Timeout' || kind === 'Immediate');
  return [...named, ...timers.map((kind) => (kind === 'Timeout' ? 'a timer' : 'an immediate'))].sort();
}

/** What is still open once everything had its time to close; `known` was open before, and is not waited for. */
export async function whatStaysOpen({
  settleMs = defaultSettleMs,
  known = [],
}: {
  settleMs?: number;
  known?: readonly string[];
}): Promise<string[]> {
  for (let waitedMs = 0; waitedMs < settleMs; waitedMs += 50) {
    if (without(openHandles(), known).length === 0) break;
    await pause(50);
  }
  return openHandles();
}

/** The list less one of each that is known. */
export function without(list: readonly string[], known: readonly string[]): string[] {
  const rest = [...known];
  return list.filter((one) => {
    const at = rest.indexOf(one);
    if (at !== -1) rest.splice(at, 1);
    return at === -1;
  });
}

/** Child processes that are still there. */
export function openChildren(): ChildProcess[] {
  return activeHandles().filter(isChildProcess);
}

/**
 * Kills the child processes that would outlive us. Those that we talk to over IPC end with us, but for mocha's
 * workers, one of which may be the very one that hangs.
 */
export function endChildren(): void {
  const isWorker = (word: string) => /mocha[\\/]lib[\\/]nodejs[\\/]worker/.test(word);
  for (const child of openChildren()) {
    if (!child.connected || child.spawnargs.some(isWorker)) child.kill('SIGKILL');
  }
}

function isChildProcess(handle: object): handle is ChildProcess {
  return 'spawnargs' in handle;
}

/** Undocumented, and the only way to the objects themselves; without it the kinds have to do. */
function activeHandles(): object[] {
  const list = (process as { _getActiveHandles?: () => object[] })._getActiveHandles;
  return list ? list.call(process) : [];
}

/** The terminal and the channel to `npm test`. */
function isOwn(handle: object): boolean {
  const streams: readonly object[] = [process.stdin, process.stdout, process.stderr];
  return streams.includes(handle) || handle === process.channel || handle.constructor.name === 'Pipe';
}

function nameOf(handle: object): string {
  const kind = handle.constructor.name;
  if (isChildProcess(handle)) {
    return `a child process: ${handle.pid} ${handle.spawnargs.join(' ').slice(0, 120)}`;
  }
  if ('remotePort' in handle) {
    const socket = handle as Socket;
    return `a socket: ${socket.localAddress}:${socket.localPort} to ${socket.remoteAddress}:${socket.remotePort}`;
  }
  if ('listening' in handle) return `a server: ${JSON.stringify((handle as Server).address())}`;
  return `a handle: ${kind}`;
}
