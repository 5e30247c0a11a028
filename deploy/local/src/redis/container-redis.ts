import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Attempt, ServerSearch } from '../found-server.ts';
import { findProgram } from '../processes/find-program.ts';
import { findFreePort } from '../processes/free-port.ts';
import { startKeptProcess } from '../processes/kept-process.ts';
import { runProgram } from '../processes/run-program.ts';
import { logTail, toLogFile } from '../processes/running-process.ts';
import { durableSettings, untilRedisAnswers } from './start-redis.ts';

const image = 'docker.io/library/redis:7';
/** A daemon that is not there makes its client wait; we do not. */
const daemonWithinMs = 2_000;
const pulledWithinMs = 90_000;

/** Redis in a container of docker or podman; its data go with it when it ends. */
export async function containerRedis(search: ServerSearch): Promise<Attempt> {
  const engines = ['docker', 'podman'].flatMap((name) => findProgram([name], search.env.PATH) ?? []);
  if (engines.length === 0) return { reason: 'neither docker nor podman is on the PATH' };
  const reasons: string[] = [];
  for (const engine of engines) {
    const probe = { command: engine, args: ['ps', '--quiet'], env: search.env, timeoutMs: daemonWithinMs };
    const problem = await runProgram(probe).then(
      () => undefined,
      (error: Error) => error.message,
    );
    if (problem === undefined) return await runContainer(engine, search);
    reasons.push(problem);
  }
  return { reason: reasons.join('; ') };
}

async function runContainer(engine: string, search: ServerSearch): Promise<Attempt> {
  const port = await findFreePort();
  const name = `huidiao-redis-${randomBytes(4).toString('hex')}`;
  const logFile = toLogFile(search.dataFolder, 'redis-container');
  search.say(`starting ${image} in a container (${name})`);
  const server = startKeptProcess({
    name: 'redis-container',
    command: engine,
    args: [
      'run',
      '--rm',
      '--name',
      name,
      '-p',
      `127.0.0.1:${port}:6379`,
      image,
      'redis-server',
      ...durableSettings,
    ],
    folder: join(search.dataFolder, 'redis-container'),
    logFile,
    env: search.env,
    removeFolder: true,
    finally: { command: engine, args: ['rm', '--force', name] },
  });
  if (await untilRedisAnswers(port, server.ended, pulledWithinMs)) {
    const { ended, stop } = server;
    return { url: `redis://127.0.0.1:${port}`, origin: `${image} in container ${name}`, ended, stop };
  }
  await server.stop();
  return { reason: `${image} did not answer: ${logTail(logFile, 5)}` };
}
