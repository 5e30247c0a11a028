import type { ChildProcess } from 'node:child_process';
import type { Server, Socket } from 'node:net';

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

/** Child processes that are still there: a run that fails because of them must not leave them behind. */
export function openChildren(): ChildProcess[] {
  return activeHandles().filter(isChildProcess);
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
