import type { Mutant } from '../mutant.ts';
import { orderWorker, reconciler } from './sources.ts';

/** What was acknowledged is lost. */
export const lossMutants: readonly Mutant[] = [
  {
    name: 'a row leaves the inbox before Redis has its job',
    guarantee: 2,
    file: `${reconciler}/loops/feed-inbox.ts`,
    find: '  try {\n    await producer.add(toNewJob(row));',
    replace: '  await store.inbox.remove(row);\n  try {\n    await producer.add(toNewJob(row));',
    tests: [`${reconciler}/loops/feed-inbox.test.ts`],
  },
  {
    name: 'nobody notices that Redis was emptied',
    guarantee: 2,
    file: `${reconciler}/loops/watch-redis-epoch.ts`,
    find: 'if (inRedis !== undefined && inRedis === swept) {',
    replace: 'if (inRedis === swept || inRedis === undefined) {',
    tests: [`${reconciler}/loops/watch-redis-epoch.test.ts`],
  },
  {
    name: 'open orders are never asked about',
    guarantee: 2,
    file: `${reconciler}/loops/query-open-orders.ts`,
    find: 'const claimed = await deps.store.orders.claimOrdersToQuery({ mchId, now, leaseMs, limit });',
    replace: 'const claimed: Order[] = [];\n    void [mchId, leaseMs, limit];',
    tests: [`${reconciler}/loops/query-open-orders.test.ts`],
  },
  {
    name: 'what follows from a refund is forgotten when whoever learned of it died',
    guarantee: 2,
    file: `${orderWorker}/jobs/make-refund.ts`,
    find: 'return await settleAgain(one);',
    replace: "void settleAgain;\n      return 'already_settled';",
    tests: [`${orderWorker}/jobs/make-refund.test.ts`],
  },
  {
    name: 'the bill of a day does not look for payments of which nobody told',
    guarantee: 2,
    file: `${reconciler}/bills/judge-entry.ts`,
    find: "if (ourFen === undefined) return { kind: 'ask' };",
    replace: "if (ourFen === undefined) return { kind: 'here' };",
    tests: [`${reconciler}/bills/check-bills.test.ts`],
  },
  {
    name: 'a payment whose order is not registered waits in Redis alone',
    guarantee: 2,
    file: `${orderWorker}/jobs/wait-for-order.ts`,
    find: 'await store.waitingJobs.keep(',
    replace: 'void (',
    tests: [`${orderWorker}/jobs/wait-for-order.test.ts`],
  },
];
