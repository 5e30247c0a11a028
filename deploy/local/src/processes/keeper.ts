import { spawn, spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { toServerEnvironment } from '../config.ts';
import type { KeeperOrder } from './kept-process.ts';

/*
 * A process of its own between us and a server that knows nothing of us, such as redis-server: a killed parent
 * cannot end its children, but the kernel closes its IPC channel, and then this ends the server.
 */
const order = JSON.parse(process.argv[2] ?? '{}') as KeeperOrder;

const server = spawn(order.command, order.args, {
  cwd: order.folder,
  env: toServerEnvironment(order.extraEnv),
  stdio: ['ignore', 'inherit', 'inherit'],
});
server.on('spawn', () => {
  writeFileSync(order.pidFile, `${server.pid}\n`);
  if (process.connected) process.send?.({ type: 'spawned', pid: server.pid });
});
server.on('error', (error) => {
  console.error(`${order.command}: ${error.message}`);
  leave(127);
});
server.on('exit', (code, signal) => leave(code ?? 128 + (signal ? constants.signals[signal] : 0)));

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end);
process.on('disconnect', end);

let isEnding = false;
function end(): void {
  if (isEnding) return;
  isEnding = true;
  server.kill('SIGTERM');
  setTimeout(() => server.kill('SIGKILL'), order.graceMs).unref();
}

/** What the server leaves behind goes with it. */
function leave(code: number): never {
  if (order.finally)
    spawnSync(order.finally.command, order.finally.args, { stdio: 'ignore', timeout: 10_000 });
  rmSync(order.pidFile, { force: true });
  if (order.removeFolder) rmSync(order.folder, { recursive: true, force: true });
  process.exit(code);
}
