import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { FoundServer, ServerSearch } from '../found-server.ts';
import { endFormerProcess } from '../processes/former-process.ts';
import { findFreePort } from '../processes/free-port.ts';
import { startKeptProcess } from '../processes/kept-process.ts';
import { logTail, toLogFile } from '../processes/running-process.ts';

/** A redis-server to start: its program, and what the loader needs for it. */
export interface RedisProgram {
  readonly command: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly origin: string;
}

/**
 * The settings that a callback's acknowledgement rests on: written to the disk before Redis answers, and nothing
 * evicted. https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/
 */
export const durableSettings = [
  ...['--appendonly', 'yes'],
  ...['--appendfsync', 'always'],
  ...['--maxmemory-policy', 'noeviction'],
  ...['--save', ''],
] as const;

const portTries = 3;
const readyWithinMs = 15_000;

/**
 * Starts a redis-server on a free port of 127.0.0.1 with its data in the search's data folder, and waits until it
 * answers. @throws with the tail of its log.
 */
export async function startRedis(program: RedisProgram, search: ServerSearch): Promise<FoundServer> {
  const folder = join(search.dataFolder, 'redis');
  const logFile = toLogFile(search.dataFolder, 'redis');
  await endFormerProcess(folder, 'redis');
  for (let tries = 1; ; tries += 1) {
    const port = await findFreePort();
    const server = startKeptProcess({
      name: 'redis',
      command: program.command,
      args: ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, ...durableSettings],
      folder,
      logFile,
      env: search.env,
      ...(program.env && { extraEnv: program.env }),
      removeFolder: search.isTemporary ?? false,
    });
    if (await untilRedisAnswers(port, server.ended, readyWithinMs)) {
      const { ended, stop } = server;
      return { url: `redis://127.0.0.1:${port}`, origin: program.origin, ended, stop };
    }
    await server.stop();
    const tail = logTail(logFile, 5);
    if (tries >= portTries || !tail.includes('in use')) throw new Error(`did not start: ${tail}`);
  }
}

/** Whether Redis answers PING with PONG (it says LOADING before) within the time, and before it ends. */
export async function untilRedisAnswers(
  port: number,
  ended: Promise<unknown>,
  withinMs: number,
): Promise<boolean> {
  let hasEnded = false;
  void ended.then(() => {
    hasEnded = true;
  });
  for (const deadline = Date.now() + withinMs; Date.now() < deadline && !hasEnded; await pause(25)) {
    if (await ping(port)) return true;
  }
  return false;
}

function ping(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 1_000 });
    const settle = (isUp: boolean) => {
      socket.destroy();
      resolve(isUp);
    };
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (answer) => settle(answer.toString().startsWith('+PONG')));
    socket.once('timeout', () => settle(false));
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
  });
}
