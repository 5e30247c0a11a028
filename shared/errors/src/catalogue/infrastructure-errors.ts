import type { ErrorTable } from './error-table.ts';

/** The process itself: its configuration, Redis with its queues, MongoDB. */
export const infrastructureErrors = {
  INTERNAL_ERROR: {
    kind: 'transient',
    meaning: 'An error that nobody classified.',
    whatToDo: 'Read the log line with its stack; it is a bug or a failure that wants its own code.',
  },
  CONFIG_INVALID: {
    kind: 'permanent',
    meaning: 'The configuration is incomplete or contradicts itself.',
    whatToDo: 'Mend every setting that the message lists, then start again.',
  },
  MERCHANT_NOT_CONFIGURED: {
    kind: 'throttled',
    meaning: 'This process has no such merchant or app in its MERCHANTS_FILE.',
    whatToDo: 'Give every service the same MERCHANTS_FILE; jobs wait up to 24 hours for it.',
  },
  QUEUE_UNAVAILABLE: {
    kind: 'throttled',
    meaning: 'Redis did not take a job in time.',
    whatToDo: 'Look at Redis: is it up, writable, and within its memory?',
  },
  QUEUE_NOT_DURABLE: {
    kind: 'throttled',
    meaning: 'Redis answers but would lose jobs: its persistence or eviction setting is wrong.',
    whatToDo: 'Set appendonly yes, appendfsync always and maxmemory-policy noeviction on every Redis node.',
  },
  QUEUE_BREAKER_OPEN: {
    kind: 'throttled',
    meaning: 'Redis failed so often that callbacks go straight to the inbox for a while.',
    whatToDo: 'Mend Redis; callbacks go back to it by themselves, and the inbox is worked off.',
  },
  QUEUE_WORKER_STUCK: {
    kind: 'transient',
    meaning: 'A worker fetched none of the jobs that wait, even after its connection to Redis was renewed.',
    whatToDo: 'Let it be started anew; if that comes again, look at the network between it and Redis.',
  },
  JOB_INVALID: {
    kind: 'permanent',
    meaning: 'A job does not fit the schema of its name, or is too large.',
    whatToDo: 'Compare the versions of the services; the dead letter holds the job as it came.',
  },
  JOB_UNKNOWN: {
    kind: 'permanent',
    meaning: 'No worker knows a job of this name.',
    whatToDo: 'Deploy the worker that knows it, then replay the dead letter.',
  },
  JOB_KILLED_WORKERS: {
    kind: 'permanent',
    meaning: 'A job was started again and again and never finished: it may be killing its worker.',
    whatToDo: 'Look for crashes or out-of-memory kills at the times of its attempts before replaying it.',
  },
  STORE_UNAVAILABLE: {
    kind: 'throttled',
    meaning: 'MongoDB did not answer in time, or has no primary.',
    whatToDo: 'Look at MongoDB; jobs wait and go on by themselves.',
  },
  STORE_NOT_MIGRATED: {
    kind: 'permanent',
    meaning: 'A unique index that the guarantees rest on is missing.',
    whatToDo: 'Run the migration step (npm run migrate) against this database, then start again.',
  },
} as const satisfies ErrorTable;
