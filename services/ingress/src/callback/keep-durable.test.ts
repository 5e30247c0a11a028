import { AppError } from '@huidiao/errors';
import type { GenuineCallback } from '@huidiao/wechat';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { DurabilityOutcome } from '../durable/durable-stores.ts';
import { keepDurable } from './keep-durable.ts';
import { type CallbackJob, type ReceivedCallback, toJobs } from './to-jobs.ts';

const inRedis: DurabilityOutcome = { kind: 'durable', durableIn: 'redis' };
const inInbox: DurabilityOutcome = {
  kind: 'durable',
  durableIn: 'inbox',
  error: new AppError('QUEUE_UNAVAILABLE'),
};
const nowhere: DurabilityOutcome = {
  kind: 'not-durable',
  error: new AppError('QUEUE_UNAVAILABLE'),
  inboxError: new AppError('STORE_UNAVAILABLE'),
};

const mchId = '1900000001';
const callback: ReceivedCallback = {
  receiver: { mchId },
  requestId: 'request-1',
  receivedAt: new Date('2026-11-22T08:00:01Z'),
  body: Buffer.from('{}'),
  rawQuery: '',
  headers: {},
};
const event = { type: 'security.echoed', mchId } as const;
const genuine: GenuineCallback = {
  notificationId: 'n-1',
  eventType: 'SECURITY_ECHO.SUCCESS',
  callbackKey: 'whole',
  facts: [
    { callbackKey: 'one', event },
    { callbackKey: 'two', event },
    { callbackKey: 'three', event },
  ],
  content: '{}',
};
const jobs = toJobs(genuine, callback, { shop: undefined, passThrough: [] });

/** What becomes of the three jobs when the stores say this to each, by name and key. */
async function keep(answer: (job: CallbackJob) => DurabilityOutcome) {
  const added: string[] = [];
  const stores = {
    add: async (job: CallbackJob) => {
      added.push(job.id);
      return answer(job);
    },
  };
  const kept = await keepDurable(stores, jobs, 'live', { genuine, callback });
  return { kept, added };
}

describe('keeping all jobs of one callback', () => {
  it('is durable in Redis when all of them are', async () => {
    const { kept, added } = await keep(() => inRedis);
    expect(kept.outcome).to.equal(inRedis);
    expect(kept.jobIds).to.deep.equal(['apply-event_one', 'apply-event_two', 'apply-event_three']);
    expect(added).to.deep.equal(kept.jobIds);
  });

  it('is durable in the inbox when one of them is there', async () => {
    const { kept } = await keep((job) => (job.id.endsWith('two') ? inInbox : inRedis));
    expect(kept.outcome).to.equal(inInbox);
  });

  it('is not durable when one of them is not, so that WeChat sends the whole again', async () => {
    const { kept } = await keep((job) => (job.id.endsWith('two') ? nowhere : inInbox));
    expect(kept.outcome).to.equal(nowhere);
  });

  it('keeps the callback whole in place of the one job that its schema refuses', async () => {
    const { kept, added } = await keep((job) => {
      if (job.id === 'apply-event_two') throw new AppError('JOB_INVALID');
      return inRedis;
    });
    expect(kept.outcome).to.equal(inRedis);
    expect(kept.jobIds).to.deep.equal(['apply-event_one', 'keep-callback_two', 'apply-event_three']);
    expect(added).to.include.members(['apply-event_two', 'keep-callback_two']);
  });

  it('says what kept even that from being kept', async () => {
    const failing = keep((job) => {
      if (job.id.endsWith('two')) throw new AppError('JOB_INVALID');
      return inRedis;
    });
    expect(
      await failing.then(
        () => 'kept',
        (error: AppError) => error.code,
      ),
    ).to.equal('JOB_INVALID');
  });
});
