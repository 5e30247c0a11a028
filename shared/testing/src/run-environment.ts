import { delimiter } from 'node:path';

/*
 * What the processes of one run tell each other by their environment. Read anew each time: the process that starts the
 * run sets most of it before it loads the tests, and those that it starts inherit it.
 *
 * | variable | says | set by |
 * |---|---|---|
 * | TEST_RUN_FOLDER | a folder that goes with the run: its keys, its notes, its servers' data | the process that starts the run |
 * | TEST_BUILT | `true`: everything was built just now from these sources | `npm test` |
 * | REDIS_URL, MONGODB_URI | the servers of the run | whoever runs the tests, or the process that starts the run |
 * | PATH | where programs are found that tests start | the machine; a redis-server may be added |
 */

/** The folder of this run; undefined where a test file is loaded without the hooks that make it. */
export function runFolder(): string | undefined {
  return process.env.TEST_RUN_FOLDER || undefined;
}

/** Whether what was built is of these very sources, so that programs may be started from it. */
export function isBuilt(): boolean {
  return process.env.TEST_BUILT === 'true';
}

/** The address of a server of the run. @throws Error where there is none */
export function serverOfRun(name: 'REDIS_URL' | 'MONGODB_URI'): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set; run the tests by npm test`);
  return value;
}

/** Where programs are looked for. */
export function programPath(): string | undefined {
  return process.env.PATH;
}

/** From now on programs of this folder come before all others, in processes that are started too. */
export function putFirstOnPath(folder: string): void {
  process.env.PATH = `${folder}${delimiter}${process.env.PATH ?? ''}`;
}

/** What a service is started with: nothing of the run's but where programs are, and its own settings. */
export function environmentOf(settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { PATH: programPath(), ...settings };
}

/** All that this process was given, for one that reads its settings as a service does. */
export function ownEnvironment(): NodeJS.ProcessEnv {
  return process.env;
}
