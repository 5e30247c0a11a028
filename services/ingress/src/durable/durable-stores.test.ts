import { AppError, type ErrorCode } from '@huidiao/errors';
import { createLogger, createMetrics } from '@huidiao/runtime';
import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { CallbackJob } from '../callback/to-jobs.ts';
import { callbackJob } from '../ingress.fixture.test.ts';
import { createDurableStores, type DurabilityOutcome, type DurableStores } from './durable-stores.ts';

describe('the two durable stores', () => {
  const job = callbackJob(1);
  let stores: DurableStores;
  let redis: () => Promise<void>;
  let inbox: () => Promise<void>;
  let added: string[];
  let kept: string[];

  beforeEach(() => {
    redis = async () => undefined;
    inbox = async () => undefined;
    added = [];
    kept = [];
    stores = createDurableStores({
      producer: {
        add: ({ id }) => {
          added.push(id);
          return redis();
        },
      },
      inbox: {
        put: ({ id }) => {
          kept.push(id);
          return inbox();
        },
      },
      logger: createLogger({ service: 'test', level: 'silent' }),
      metrics: createMetrics({ service: 'test' }),
    });
  });
  afterEach(() => stores.close());

  const fail = (code: ErrorCode) => () => Promise.reject(new AppError(code));
  const times = async (count: number, callback: CallbackJob = job): Promise<DurabilityOutcome[]> => {
    const stored: DurabilityOutcome[] = [];
    for (let index = 0; index < count; index += 1) stored.push(await stores.add(callback));
    return stored;
  };
  const openBreaker = async () => {
    redis = fail('QUEUE_UNAVAILABLE');
    await times(10);
    added = [];
    kept = [];
  };
  /** What becomes of the first callback that tries Redis again. */
  const untilHalfOpen = async (): Promise<Promise<DurabilityOutcome>[]> => {
    return waitFor('a callback to try Redis again', async () => {
      const stored = stores.add(job);
      return added.length > 0 && [stored];
    });
  };

  it('asks the inbox for nothing while Redis takes callbacks', async () => {
    expect(await stores.add(job)).to.deep.equal({ kind: 'durable', durableIn: 'redis' });
    expect([added, kept]).to.deep.equal([[job.id], []]);
  });

  for (const code of ['QUEUE_UNAVAILABLE', 'QUEUE_NOT_DURABLE', 'INTERNAL_ERROR'] as const) {
    it(`keeps a callback in the inbox, under the same id, when Redis fails with ${code}`, async () => {
      redis = fail(code);
      const stored = await stores.add(job);
      expect(stored).to.include({ kind: 'durable', durableIn: 'inbox' });
      expect('error' in stored && stored.error.code).to.equal(code);
      expect(kept).to.deep.equal([job.id]);
    });
  }

  it('says so when neither took it, and what both said', async () => {
    redis = fail('QUEUE_NOT_DURABLE');
    inbox = fail('STORE_UNAVAILABLE');
    const stored = await stores.add(job);
    expect(stored.kind === 'not-durable' && [stored.error.code, stored.inboxError.code]).to.deep.equal([
      'QUEUE_NOT_DURABLE',
      'STORE_UNAVAILABLE',
    ]);
  });

  it('asks Redis no more after ten failures', async () => {
    await openBreaker();
    const stored = await times(20);
    expect(stored.map((one) => one.kind === 'durable' && one.durableIn)).to.deep.equal(
      Array(20).fill('inbox'),
    );
    expect(added).to.deep.equal([]);
    expect('error' in (stored[0] ?? {}) && stored[0]).to.have.nested.property(
      'error.code',
      'QUEUE_BREAKER_OPEN',
    );
  });

  it('does so soon under load, when hundreds of successes came just before', async () => {
    await times(400);
    added = [];
    redis = fail('QUEUE_UNAVAILABLE');
    await times(100);
    expect(added.length).to.be.within(10, 60);
  });

  it('stays with a Redis that fails for a single batch under load', async () => {
    await times(400);
    redis = fail('QUEUE_UNAVAILABLE');
    await times(20);
    redis = async () => undefined;
    expect((await times(1))[0]).to.include({ durableIn: 'redis' });
  });

  it('never turns from Redis because of jobs that their schema refuses, and gives those to neither', async () => {
    redis = fail('JOB_INVALID');
    for (let index = 0; index < 50; index += 1) {
      expect(await stores.add(job).catch((error: unknown) => error)).to.include({ code: 'JOB_INVALID' });
    }
    redis = async () => undefined;
    expect(await stores.add(job)).to.include({ durableIn: 'redis' });
    expect(kept).to.deep.equal([]);
  });

  it('refuses such a job while the breaker is open too', async () => {
    await openBreaker();
    inbox = fail('JOB_INVALID');
    expect(await stores.add(job).catch((error: unknown) => error)).to.include({ code: 'JOB_INVALID' });
  });

  it('lets one callback at a time try Redis again, while the others go straight to the inbox', async () => {
    await openBreaker();
    let answer: () => void = () => undefined;
    redis = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const [trial] = await untilHalfOpen();
    for (const stored of await times(5)) expect(stored).to.include({ durableIn: 'inbox' });
    expect(added).to.have.length(1);
    answer();
    expect(await trial).to.include({ durableIn: 'redis' });
    redis = async () => undefined;
    for (const stored of await times(5)) expect(stored).to.include({ durableIn: 'redis' });
  });

  it('keeps the callback that tried in vain in the inbox like any other', async () => {
    await openBreaker();
    const [trial] = await untilHalfOpen();
    expect(await trial).to.include({ kind: 'durable', durableIn: 'inbox' });
    for (const stored of await times(5)) expect(stored).to.include({ durableIn: 'inbox' });
    expect(added).to.have.length(1);
  });
});
