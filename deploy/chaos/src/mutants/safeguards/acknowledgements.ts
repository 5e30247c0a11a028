import type { Mutant } from '../mutant.ts';
import { ingress, queue, store } from './sources.ts';

/** A 2xx that is not durable. */
export const acknowledgementMutants: readonly Mutant[] = [
  {
    name: 'a callback is acknowledged before anything has it',
    guarantee: 1,
    file: `${ingress}/callback/keep-durable.ts`,
    find: 'return { outcome: await stores.add({ ...job, lane }), jobId: job.id };',
    replace:
      "void stores.add({ ...job, lane }).catch(() => undefined);\n    return { outcome: { kind: 'durable', durableIn: 'redis' }, jobId: job.id };",
    tests: [`${ingress}/routes/wechat-pay-notification.test.ts`],
  },
  {
    name: 'a callback that neither store took is acknowledged',
    guarantee: 1,
    file: `${ingress}/durable/durable-stores.ts`,
    find: "return { kind: 'not-durable', error, inboxError: unlessInvalid(thrown) };",
    replace: "void thrown;\n      return { kind: 'durable', durableIn: 'inbox', error };",
    tests: [`${ingress}/durable/durable-stores.test.ts`],
  },
  {
    name: 'jobs go into a Redis that would lose them',
    guarantee: 1,
    file: `${queue}/durability-gate.ts`,
    find: 'if (current && current.problems.length > 0) throw notDurable(current.problems);',
    replace: 'void current;',
    tests: [`${queue}/producer*.test.ts`],
  },
  {
    name: 'the settings of Redis are not looked at again after a reconnect',
    guarantee: 1,
    file: `${queue}/durability-gate.ts`,
    find: '    connection += 1;\n    verdict = undefined;\n',
    replace: '    connection += 1;\n',
    tests: [`${queue}/producer.test.ts`, `${queue}/producer-outage.test.ts`],
  },
  {
    name: 'writes are acknowledged by one member alone, without its journal',
    guarantee: 1,
    file: `${store}/client-options.ts`,
    find: "    w: 'majority',\n    journal: true,\n",
    replace: '    w: 1,\n    journal: false,\n',
    tests: [`${store}/connection.test.ts`, `${store}/inbox-store.test.ts`],
  },
  {
    name: 'a callback of several jobs is acknowledged when one of them is durable',
    guarantee: 1,
    file: `${ingress}/callback/keep-durable.ts`,
    find: 'return rank(other) > rank(one) ? other : one;',
    replace: 'return rank(other) < rank(one) ? other : one;',
    tests: [`${ingress}/callback/keep-durable.test.ts`],
  },
];
