import type { Context, RootHookObject } from 'mocha';
import { noteAtWork } from './at-work.ts';
import { endChildren, whatStaysOpen, without } from './open-handles.ts';
import { noteWhatTestsMade } from './remove-what-tests-made.ts';

/**
 * Whether this process is one of several that take test files from the process that mocha was started as; that one
 * has started the servers. https://mochajs.org/features/parallel-mode/
 */
export const isWorker = process.env.MOCHA_WORKER_ID !== undefined;

/** After each file: notes what is to be removed once all processes are done, and looks what the file left open. */
export function toWorkerHooks(options: { settleMs?: number } = {}): RootHookObject {
  // Mocha's limit of the hook that looks.
  let known: readonly string[] = ['a timer'];
  return {
    beforeEach(this: Context) {
      noteAtWork(`${this.currentTest?.fullTitle()} (${this.currentTest?.file})`);
    },
    async afterAll(this: Context) {
      noteWhatTestsMade();
      const fresh = without(await whatStaysOpen({ ...options, known }), known);
      known = [...known, ...fresh];
      if (fresh.length === 0) return;
      endChildren();
      const file = this.test?.parent?.suites[0]?.file ?? this.test?.parent?.tests[0]?.file;
      throw new Error(`left open after ${file}:\n${fresh.map((one) => `  ${one}`).join('\n')}`);
    },
  };
}
