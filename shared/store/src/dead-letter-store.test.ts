import type { DeadLetter } from '@huidiao/contracts';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { inParallel, useStore } from './test-store.test.ts';

describe('DeadLetterStore', () => {
  const { deadLetters } = useStore().store;
  let jobs = 0;

  function newDeadLetter(changes: Partial<DeadLetter> = {}): DeadLetter {
    jobs += 1;
    return {
      queue: 'payment-event',
      jobId: `apply-payment_${jobs}`,
      jobName: 'apply-payment',
      payload: { outTradeNo: `order-${jobs}` },
      errorCode: 'ORDER_AMOUNT_DIFFERS',
      reason: 'The amount paid is not that of the order.',
      details: { orderAmountFen: 888, paidAmountFen: 1 },
      attempts: 1,
      firstAttemptAt: new Date('2026-11-22T10:00:00Z'),
      failedAt: new Date('2026-11-22T10:01:00Z'),
      ...changes,
    };
  }

  it('keeps everything that a person needs to judge it', async () => {
    const deadLetter = newDeadLetter();
    await deadLetters.store(deadLetter);
    const stored = await deadLetters.find(deadLetter.queue, deadLetter.jobId);
    expect(stored).to.deep.include({ ...deadLetter, state: 'open', times: 1 });
    expect(stored?.id).to.equal(`payment-event/${deadLetter.jobId}`);
    expect(stored?.fingerprint).to.match(/^[0-9a-f]{64}$/);
  });

  it('updates the one row when the job dies again, and counts', async () => {
    const first = newDeadLetter();
    await deadLetters.store(first);
    const again = {
      ...first,
      errorCode: 'STORE_UNAVAILABLE',
      attempts: 4,
      firstAttemptAt: new Date('2026-11-22T11:00:00Z'),
      failedAt: new Date('2026-11-22T11:01:00Z'),
    };
    await deadLetters.store(again);
    const stored = await deadLetters.find(first.queue, first.jobId);
    expect(stored).to.include({ errorCode: 'STORE_UNAVAILABLE', attempts: 4, times: 2, state: 'open' });
    expect(stored?.firstAttemptAt).to.deep.equal(first.firstAttemptAt);
    expect(stored?.failedAt).to.deep.equal(again.failedAt);
  });

  it('makes one row of 16 that are stored at once', async () => {
    const deadLetter = newDeadLetter();
    await inParallel(16, () => deadLetters.store(deadLetter));
    expect(await deadLetters.find(deadLetter.queue, deadLetter.jobId)).to.include({ times: 16 });
  });

  it('is resolved by a later success and reopened by a later death', async () => {
    const deadLetter = newDeadLetter();
    const { queue, jobId } = deadLetter;
    await deadLetters.store(deadLetter);
    await deadLetters.resolve(queue, jobId);
    const resolved = await deadLetters.find(queue, jobId);
    expect(resolved?.state).to.equal('resolved');
    expect(resolved?.resolvedAt).to.be.instanceOf(Date);
    await deadLetters.store(deadLetter);
    const reopened = await deadLetters.find(queue, jobId);
    expect(reopened).to.include({ state: 'open', times: 2 });
    expect(reopened?.resolvedAt).to.equal(undefined);
  });

  it('resolves nothing for a job that never died', async () => {
    await deadLetters.resolve('payment-event', 'lived');
    expect(await deadLetters.find('payment-event', 'lived')).to.equal(undefined);
  });

  it('gives dead letters of one probable cause one fingerprint', async () => {
    const [one, two, other] = [
      newDeadLetter(),
      newDeadLetter(),
      newDeadLetter({ errorCode: 'ORDER_UNKNOWN' }),
    ];
    const prints = await Promise.all(
      [one, two, other].map(async (deadLetter) => {
        await deadLetters.store(deadLetter);
        return (await deadLetters.find(deadLetter.queue, deadLetter.jobId))?.fingerprint;
      }),
    );
    expect(prints[0]).to.equal(prints[1]);
    expect(prints[0]).not.to.equal(prints[2]);
  });

  it('lists the latest first, one state only, at most as many as asked for', async () => {
    const minutes = [1, 3, 2];
    const made = minutes.map((minute) =>
      newDeadLetter({ queue: 'listed', failedAt: new Date(`2036-11-22T10:0${minute}:00Z`) }),
    );
    await Promise.all(made.map((deadLetter) => deadLetters.store(deadLetter)));
    const listed = await deadLetters.list({ state: 'open', limit: 2 });
    expect(listed.map(({ jobId }) => jobId)).to.deep.equal([made[1]?.jobId, made[2]?.jobId]);
    await deadLetters.resolve('listed', String(made[1]?.jobId));
    const after = await deadLetters.list({ state: 'open', limit: 2 });
    expect(after.map(({ jobId }) => jobId)).to.deep.equal([made[2]?.jobId, made[0]?.jobId]);
  });

  it('keeps payloads that no MongoDB takes as they are', async () => {
    const payload = {
      $where: '1',
      'a.b': { '': null, $set: { __proto__: 1 } },
      empty: {},
      lone: '\ud800',
      list: [[]],
    };
    const deadLetter = newDeadLetter({ payload, details: { 'amount.total': 1, $x: [] } });
    await deadLetters.store(deadLetter);
    const stored = await deadLetters.find(deadLetter.queue, deadLetter.jobId);
    expect(stored?.payload).to.deep.equal(payload);
    expect(stored?.details).to.deep.equal(deadLetter.details);
  });

  it('keeps a payload of nothing, and one of 1.5 MB', async () => {
    const nothing = newDeadLetter({ payload: undefined });
    const much = newDeadLetter({ payload: { body: '信'.repeat(500_000) } });
    for (const deadLetter of [nothing, much]) await deadLetters.store(deadLetter);
    expect((await deadLetters.find(nothing.queue, nothing.jobId))?.payload).to.equal(null);
    expect((await deadLetters.find(much.queue, much.jobId))?.payload).to.deep.equal(much.payload);
  });
});
