import type { Mutant } from '../mutant.ts';
import { queue, reconciler } from './sources.ts';

/** An outage uses up attempts, or a job swallows another one or kills workers for ever. */
export const retryMutants: readonly Mutant[] = [
  {
    name: 'an outage uses up attempts',
    guarantee: 7,
    file: 'shared/errors/src/decide-retry.ts',
    find: "if (error.kind === 'throttled') {",
    replace: "if (error.kind === 'throttled' && failed.attempt < 0) {",
    tests: ['shared/errors/src/decide-retry.test.ts'],
  },
  {
    name: 'a job fails although its dead letter could not be stored',
    guarantee: 7,
    file: `${queue}/settle-failure.ts`,
    find: "    return postpone(\n      failed,\n      options.clock,\n      toStoreRetryMs(storeError, run, options),\n      'dead_letter_not_stored',\n    );",
    replace: '    toStoreRetryMs(storeError, run, options);',
    tests: [`${queue}/worker.test.ts`],
  },
  {
    name: 'a failed job stays in Redis and swallows what comes later',
    guarantee: 7,
    file: `${queue}/settle-failure.ts`,
    find: '  job.opts.removeOnFail = true;\n',
    replace: '',
    tests: [`${queue}/worker.test.ts`],
  },
  {
    name: 'a job may kill its workers for ever',
    guarantee: 7,
    file: `${queue}/attempt-job.ts`,
    find: 'if (run.unendedStarts > unendedStartsLimit) {',
    replace: 'if (run.unendedStarts > 1_000_000) {',
    tests: [`${queue}/worker.test.ts`, `${queue}/killed-worker.test.ts`],
  },
  {
    name: 'a bill may kill whoever checks it for ever',
    guarantee: 7,
    file: `${reconciler}/bills/check-bills.ts`,
    find: 'if (starts > mostStarts) throw',
    replace: 'if (starts > 1_000_000) throw',
    tests: [`${reconciler}/bills/check-bills.test.ts`],
  },
  {
    name: 'a job id does not tell one state of a transaction from another',
    guarantee: 7,
    file: 'shared/contracts/src/job-id.ts',
    find: "? 'REFUND' : 'SUCCESS';\n  return `apply-payment_",
    replace: "? 'SUCCESS' : 'SUCCESS';\n  return `apply-payment_",
    tests: ['shared/contracts/src/*.test.ts'],
  },
];
