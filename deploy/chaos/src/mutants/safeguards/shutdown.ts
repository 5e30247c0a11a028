import type { Mutant } from '../mutant.ts';
import { queue, reconciler } from './sources.ts';

/** A process does not end in time. */
export const shutdownMutants: readonly Mutant[] = [
  {
    name: 'a drain without Redis waits for what cannot come',
    guarantee: 10,
    file: `${queue}/close-worker.ts`,
    find: "(redis.status !== 'ready' || answers.silent)",
    replace: "redis.status !== 'ready'",
    tests: [`${queue}/close-worker.test.ts`],
  },
  {
    name: 'the loops of the reconciler run on while it stops',
    guarantee: 10,
    file: `${reconciler}/context.ts`,
    find: 'await Promise.all(loops.map((loop) => loop.stop()));',
    replace: 'await Promise.resolve(loops);',
    tests: ['shared/testing/src/draining.test.ts'],
  },
];
