import { type DeadLetter, type JobData, toApplyPaymentJobId, toCountedJobId } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { createProducer, createQueueReader, createQueueWorker, type JobHandler } from '@huidiao/queue';
import { createMetrics } from '@huidiao/runtime';
import { createStore, dropTestDatabase, type StoredDeadLetter } from '@huidiao/store';
import { testMongoUri, testPrefix, testRedisUrl, waitFor } from '@huidiao/testing';
import { appId, mchId, newOutTradeNo, silentLogger } from '../reconciler.fixture.test.ts';
import type { ExitCode } from './command-deps.ts';
import { runCommand } from './run-command.ts';

/** What the tests of this folder share; it holds no test itself. */

export const openId = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o';
const metrics = createMetrics({ service: 'test' });

export interface Ended {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

export type DeadLetterBench = Awaited<ReturnType<typeof openDeadLetterBench>>;

/** A store and queues of their own, a worker whose handler the test sets, and the command that looks at them. */
export async function openDeadLetterBench() {
  const mongoUri = testMongoUri();
  const prefix = testPrefix();
  const redis = { url: testRedisUrl() };
  const shared = { redis, prefix, logger: silentLogger, metrics };
  const store = createStore({ uri: mongoUri, logger: silentLogger, metrics });
  await store.migrate();
  const producer = createProducer({ ...shared, durability: 'always', waitReplicas: 0, deadlineMs: 5_000 });
  const reader = createQueueReader(shared);
  const env = { MONGODB_URI: mongoUri, REDIS_URL: redis.url, REDIS_PREFIX: prefix };
  const state: { handler: JobHandler<'apply-payment'>; runs: string[] } = { handler: dies, runs: [] };

  const worker = createQueueWorker({
    ...shared,
    queue: 'payment-event',
    concurrency: 5,
    deadLetters: store.deadLetters,
    handlers: {
      'apply-payment': (data, attempt) => {
        state.runs.push(attempt.jobId);
        return state.handler(data, attempt);
      },
      'apply-refund': dies,
      'keep-callback': dies,
    },
  });
  await waitFor('the producer', () => producer.isReady());

  return {
    env,
    store,
    producer,
    reader,
    state,
    /** Stores a dead letter as if its job had died long ago. */
    async put(changes: Partial<DeadLetter> = {}): Promise<StoredDeadLetter> {
      const deadLetter = newDeadLetter(changes);
      await store.deadLetters.store(deadLetter);
      return required(await store.deadLetters.find(deadLetter.queue, deadLetter.jobId));
    },
    /** Lets payments die in the worker, so that each has a dead letter; gives their IDs. */
    async letDie(
      count: number,
      code: 'ORDER_UNKNOWN' | 'ORDER_REFUND_SEEN' = 'ORDER_UNKNOWN',
      jobs = Array.from({ length: count }, () => newPaymentJob()),
    ) {
      state.handler = () => Promise.reject(new AppError(code));
      await Promise.all(jobs.map((job) => producer.add(job)));
      await waitFor('the dead letters', async () => {
        const rows = await Promise.all(jobs.map((job) => store.deadLetters.find('payment-event', job.id)));
        const left = await Promise.all(jobs.map((job) => reader.find('payment-event', job.id)));
        return rows.every((row) => row !== undefined) && left.every((job) => job === undefined);
      });
      state.runs.length = 0;
      return jobs.map((job) => `payment-event/${job.id}`);
    },
    row: async (id: string) => required(await store.deadLetters.findById(id)),
    statesOf: (ids: readonly string[]) =>
      Promise.all(ids.map(async (id) => (await store.deadLetters.findById(id))?.state)),
    run: (args: readonly string[], changes: Partial<Parameters<typeof runCommand>[1]> = {}) =>
      run(args, { env, store, ...changes }),
    stopWorker: () => worker.close(5_000),
    async close() {
      await worker.close(5_000);
      await producer.close();
      await reader.close();
      await store.close();
      await dropTestDatabase(mongoUri);
    },
  };
}

function dies(): never {
  throw new AppError('ORDER_UNKNOWN');
}

/** Runs one command in this process and gives what a shell would have of it. */
export async function run(
  args: readonly string[],
  surroundings: Partial<Parameters<typeof runCommand>[1]> = {},
): Promise<Ended> {
  let out = '';
  let err = '';
  const code = await runCommand(args, {
    env: {},
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    signal: new AbortController().signal,
    clock: { now: () => new Date() },
    ...surroundings,
  });
  return { code, out, err };
}

/** The id of the job of a replay. @param id of the dead letter */
export function toReplayId(id: string, count: number): string {
  return toCountedJobId(id.slice(id.indexOf('/') + 1), 'replay', count);
}

export function newPaymentJob(outTradeNo = newOutTradeNo()) {
  const data: JobData<'apply-payment'> = {
    requestId: 'request-1',
    callbackKey: `payment_${outTradeNo}`,
    notificationId: 'EV-1',
    eventType: 'TRANSACTION.SUCCESS',
    receivedAt: '2026-01-05T10:00:00Z',
    payment: {
      type: 'payment.succeeded',
      mchId,
      appId,
      outTradeNo,
      transactionId: `42${outTradeNo.replaceAll(/[^0-9a-z]/g, '').slice(0, 20)}`,
      amountFen: 888,
      currency: 'CNY',
      openId,
      tradeType: 'JSAPI',
    },
  };
  return { name: 'apply-payment', id: toApplyPaymentJobId(data.payment), data } as const;
}

export function newDeadLetter(changes: Partial<DeadLetter> = {}): DeadLetter {
  const job = newPaymentJob();
  return {
    queue: 'payment-event',
    jobId: job.id,
    jobName: job.name,
    payload: job.data,
    errorCode: 'ORDER_UNKNOWN',
    reason: 'A payment for an order that nobody registered.',
    details: {},
    attempts: 1,
    firstAttemptAt: new Date('2026-01-05T10:00:00Z'),
    failedAt: new Date('2026-01-05T10:10:00Z'),
    ...changes,
  };
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('there is no such dead letter');
  return value;
}
