import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerSearch } from '../found-server.ts';
import { findProgram } from '../processes/find-program.ts';
import { runProgram } from '../processes/run-program.ts';
import type { RedisProgram } from './start-redis.ts';

/** Pairs of packages that hold a server, the first that the distribution has. */
const candidates = [
  { server: 'redis-server', packages: ['redis-server', 'redis-tools'] },
  { server: 'valkey-server', packages: ['valkey-server', 'valkey-tools'] },
];

/**
 * The redis-server of Debian's or Ubuntu's packages, unpacked below `<programsFolder>/redis`: nothing is
 * installed, no root is needed, no service is started. Downloaded once.
 * @returns the program, or the reason why there is none.
 */
export async function distributionRedis(
  search: Pick<ServerSearch, 'env' | 'programsFolder' | 'say'>,
): Promise<RedisProgram | { reason: string }> {
  const home = join(search.programsFolder, 'redis');
  const kept = await workingProgram(home, search.env);
  if (kept) return kept;
  const tools = ['apt-get', 'apt-cache', 'apt-config', 'dpkg-deb'];
  const missing = tools.filter((tool) => !findProgram([tool], search.env.PATH));
  if (missing.length > 0) return { reason: `not Debian or Ubuntu (no ${missing[0]})` };

  search.say("downloading redis-server from the distribution's packages, once");
  mkdirSync(search.programsFolder, { recursive: true, mode: 0o700 });
  const work = mkdtempSync(join(search.programsFolder, 'download-'));
  try {
    await download(work, search.env);
    // Renaming makes it whole or not there; somebody else may have been faster.
    rmSync(home, { recursive: true, force: true });
    if (!existsSync(home)) renameSync(join(work, 'root'), home);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return (
    (await workingProgram(home, search.env)) ?? { reason: 'the unpacked redis-server does not run here' }
  );
}

async function download(work: string, env: NodeJS.ProcessEnv): Promise<void> {
  const apt = await ownApt(work, env);
  await apt('apt-get', ['update', '-q']);
  const known = await firstKnown(apt);
  const root = join(work, 'root');
  const done = new Set<string>();
  // The libraries are usually there already; those that lack are a level or two of dependencies away.
  for (let wanted = known.packages; wanted.length > 0; ) {
    await apt('apt-get', ['download', '-q', ...wanted]);
    for (const name of wanted) done.add(name);
    const needed = await unpack(work, root, env);
    if (await workingProgram(root, env)) break;
    wanted = needed.filter((name) => !done.has(name));
  }
  keepOnlyPrograms(root);
}

type Apt = (command: string, args: readonly string[]) => Promise<string>;

/**
 * apt with lists, cache and state of its own and none of the machine's settings but its proxies: the settings may
 * hold hooks that run commands as root (docker-clean empties the machine's own cache).
 */
async function ownApt(work: string, env: NodeJS.ProcessEnv): Promise<Apt> {
  for (const folder of ['lists/partial', 'cache/archives/partial', 'state', 'parts']) {
    mkdirSync(join(work, folder), { recursive: true });
  }
  writeFileSync(join(work, 'status'), '');
  const machine = await runProgram({
    command: 'apt-config',
    args: ['dump', 'Acquire'],
    env,
    timeoutMs: 10_000,
  });
  const proxies = machine.split('\n').filter((line) => /^Acquire::\S*Proxy\S* ".+";$/i.test(line));
  const settings = [
    'Dir::Etc::main "/dev/null";',
    `Dir::Etc::parts "${work}/parts";`,
    `Dir::State "${work}/state";`,
    `Dir::State::status "${work}/status";`,
    `Dir::State::Lists "${work}/lists";`,
    `Dir::Cache "${work}/cache";`,
    `Dir::Log "${work}/log";`,
    // As root apt would download as the user _apt, who may not write here.
    'APT::Sandbox::User "";',
    'Acquire::Languages "none";',
    'Acquire::Retries "2";',
    'Acquire::http::Timeout "10";',
    'Acquire::https::Timeout "10";',
    ...proxies,
  ];
  const file = join(work, 'apt.conf');
  writeFileSync(file, settings.join('\n'));
  const ownEnv = { ...env, APT_CONFIG: file, LC_ALL: 'C' };
  return (command, args) => runProgram({ command, args, env: ownEnv, cwd: work, timeoutMs: 100_000 });
}

async function firstKnown(apt: Apt): Promise<(typeof candidates)[number]> {
  for (const candidate of candidates) {
    const isKnown = await apt('apt-cache', ['show', ...candidate.packages]).then(
      () => true,
      () => false,
    );
    if (isKnown) return candidate;
  }
  // An update that fetched nothing is a success to apt, unless told otherwise; now its words are wanted.
  await apt('apt-get', ['update', '-q', '-o', 'APT::Update::Error-Mode=any']);
  throw new Error('the package lists hold neither redis-server nor valkey-server');
}

/** Unpacks the downloaded files and names the library packages that they depend on. */
async function unpack(work: string, root: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const libraries = new Set<string>();
  for (const file of readdirSync(work).filter((name) => name.endsWith('.deb'))) {
    const run = { command: 'dpkg-deb', env, cwd: work, timeoutMs: 30_000 };
    await runProgram({ ...run, args: ['-x', file, root] });
    const depends = await runProgram({ ...run, args: ['-f', file, 'Depends'] });
    for (const name of toLibraryPackages(depends)) libraries.add(name);
    rmSync(join(work, file));
  }
  return [...libraries];
}

/**
 * The libraries of a `Depends` field; of alternatives the first. libc6 is left out, for it only works with the
 * loader of its own version, which is the machine's.
 */
export function toLibraryPackages(depends: string): string[] {
  return depends
    .split(',')
    .map((part) => part.trim().split(/[\s|(:]/)[0] ?? '')
    .filter((name) => /^(lib|lua-)/.test(name) && !/^(libc6|libcrypt1)$/.test(name));
}

function keepOnlyPrograms(root: string): void {
  for (const folder of ['etc', 'var', 'lib/systemd', 'usr/share', 'usr/lib/systemd', 'usr/lib/tmpfiles.d']) {
    rmSync(join(root, folder), { recursive: true, force: true });
  }
}

/** The unpacked server, if it starts on this machine. */
async function workingProgram(home: string, env: NodeJS.ProcessEnv): Promise<RedisProgram | undefined> {
  const command = findProgram(['redis-server', 'valkey-server'], join(home, 'usr/bin'));
  if (!command) return undefined;
  const own = { LD_LIBRARY_PATH: libraryFolders(home).join(':') };
  try {
    const run = { command, args: ['--version'], env: { ...env, ...own }, timeoutMs: 5_000 };
    const version = /v=(\S+)/.exec(await runProgram(run))?.[1] ?? '';
    return { command, env: own, origin: `redis ${version}, the distribution's package unpacked in ${home}` };
  } catch {
    return undefined;
  }
}

/** `usr/lib/x86_64-linux-gnu` and the like, of whatever this machine is. */
function libraryFolders(home: string): string[] {
  return ['usr/lib', 'lib'].flatMap((folder) => {
    const parent = join(home, folder);
    if (!existsSync(parent)) return [];
    const inner = readdirSync(parent, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name.includes('-linux-'))
      .map((entry) => join(parent, entry.name));
    return [...inner, parent];
  });
}
