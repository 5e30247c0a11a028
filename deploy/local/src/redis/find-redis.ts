import { platform } from 'node:os';
import {
  type Attempt,
  type FoundServer,
  firstThatWorks,
  type ServerSearch,
  toExistingServer,
} from '../found-server.ts';
import { findProgram } from '../processes/find-program.ts';
import { containerRedis } from './container-redis.ts';
import { distributionRedis } from './distribution-redis.ts';
import { readProgramVersion, versionProblem } from './redis-version.ts';
import { type RedisProgram, startRedis } from './start-redis.ts';

/**
 * Redis, in this order: REDIS_URL; `redis-server` or `valkey-server` on the PATH; the packages of Debian or
 * Ubuntu, unpacked; a container. @throws with what was tried and the one command for this system.
 */
export async function findRedis(search: ServerSearch): Promise<FoundServer> {
  const { REDIS_URL: url } = search.env;
  if (url && !(/^rediss?:\/\/[^/]/.test(url) && URL.canParse(url))) {
    // It may hold a password, so it is not repeated.
    throw new Error(
      'REDIS_URL is no address of a Redis: set it to one such as redis://127.0.0.1:6379/0, or unset it, and a Redis is found or brought',
    );
  }
  if (url) return toExistingServer(url, 'REDIS_URL');
  return await firstThatWorks(
    [
      { way: 'on the PATH', try: () => redisOnPath(search) },
      { way: "the distribution's packages", try: () => unpackedRedis(search) },
      { way: 'a container', try: () => containerRedis(search) },
    ],
    (reasons) =>
      [
        'No Redis was found, and none could be started:',
        ...reasons.map((reason) => `  ${reason}`),
        `Install it (${installCommand(search.env.PATH)}), or name one: REDIS_URL=redis://…`,
      ].join('\n'),
  );
}

/**
 * A redis-server to start as often as one likes: the one of the PATH, or the distribution's, unpacked.
 * Undefined where there is only a container, or nothing.
 */
export async function findRedisProgram(search: ServerSearch): Promise<RedisProgram | undefined> {
  const command = findProgram(['redis-server', 'valkey-server'], search.env.PATH);
  if (command) return { command, origin: command };
  const program = await distributionRedis(search);
  return 'command' in program ? program : undefined;
}

async function redisOnPath(search: ServerSearch): Promise<Attempt> {
  const command = findProgram(['redis-server', 'valkey-server'], search.env.PATH);
  if (!command) return { reason: 'no redis-server or valkey-server' };
  const problem = versionProblem(await readProgramVersion(command, search.env));
  if (problem) return { reason: `${command} ${problem}` };
  return await startRedis({ command, origin: command }, search);
}

async function unpackedRedis(search: ServerSearch): Promise<Attempt> {
  const program = await distributionRedis(search);
  return 'command' in program ? await startRedis(program, search) : program;
}

/** The one command that installs Redis here. */
export function installCommand(path: string | undefined, system = platform()): string {
  const commands: [program: string, command: string][] = [
    ['brew', 'brew install redis'],
    ['apk', 'apk add redis'],
    ['dnf', 'dnf install redis || dnf install valkey'],
    ['pacman', 'pacman -S valkey'],
    ['zypper', 'zypper install redis'],
    ['apt-get', 'apt-get install redis-server'],
  ];
  if (system === 'win32') return 'wsl --install, then npm start inside WSL';
  const known = commands.find(([program]) => findProgram([program], path));
  return known?.[1] ?? (system === 'darwin' ? 'brew install redis' : "your system's redis package");
}
