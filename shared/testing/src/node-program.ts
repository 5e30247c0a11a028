import { join } from 'node:path';
import { isBuilt } from './run-environment.ts';

/** What node is given to run one of our programs: its options, then the file, then the program's own words. */
export interface NodeProgram {
  readonly nodeOptions: readonly string[];
  readonly file: string;
}

/**
 * The program of a source file, as a process of its own. `npm test` has built everything before it starts, and says so
 * by TEST_BUILT: then it is the built one, as it runs in production, which starts in half the time. Else, as in a run
 * of mocha by hand or one of `npm run mutants`, it is the source itself, for the build may be an older one.
 * @param source absolute path of a `.ts` file below the `src` of its package
 */
export function toNodeProgram(source: string, mayUseBuild = isBuilt()): NodeProgram {
  if (!mayUseBuild) return { nodeOptions: ['--conditions=source', '--import=tsx'], file: source };
  const [, parent, path] = /^(.*[\\/])src([\\/].*)\.ts$/.exec(source) ?? [];
  if (parent === undefined) throw new Error(`${source} is no source file of a package`);
  return { nodeOptions: [], file: `${parent}dist${path}.js` };
}

/** One of the programs that only tests start; what it does, and with which words, stands in its file. */
export function toTestProgram(
  name: 'draining-process' | 'order-worker-that-dies' | 'reloading-process' | 'worker-that-dies',
): NodeProgram {
  return toNodeProgram(join(import.meta.dirname, 'programs', `${name}.ts`));
}

/** `toNodeProgram` and the program's own words, all that `spawn(process.execPath, …)` takes. */
export function toNodeWords({ nodeOptions, file }: NodeProgram, words: readonly string[] = []): string[] {
  return [...nodeOptions, file, ...words];
}
