import { type DeadLetter, toReportEffectId } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { type Store, toUndeliverable, withResultsRecorded } from '@huidiao/store';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import {
  appId,
  mchId,
  type PaidOrder,
  queue,
  type RunningWorker,
  startMessageWorker,
} from '../message-worker.fixture.test.ts';

describe('the dead letter of a message', () => {
  let worker: RunningWorker;
  let store: Store;
  before(async () => {
    worker = await startMessageWorker({ idle: true });
    store = worker.context.store;
  });
  after(() => worker.close());

  function toDeadLetter({ outTradeNo, effectId }: PaidOrder): DeadLetter {
    return {
      queue,
      jobId: effectId,
      jobName: 'send-subscribe-message',
      payload: { mchId, outTradeNo, effectId, requestId: 'test' },
      errorCode: 'JOB_KILLED_WORKERS',
      reason: 'reason',
      details: {},
      attempts: 3,
      firstAttemptAt: new Date(),
      failedAt: new Date(),
    };
  }

  async function openRow({ outTradeNo, openId, effectId }: PaidOrder): Promise<void> {
    const usefulUntil = new Date(Date.now() + 60_000);
    await store.messages.open({
      key: effectId,
      mchId,
      appId,
      openId,
      templateId: 'x',
      outTradeNo,
      usefulUntil,
    });
  }

  async function effectsOf({ outTradeNo }: PaidOrder): Promise<string[] | undefined> {
    return (await store.orders.find(mchId, outTradeNo))?.effects.map(({ id }) => id);
  }

  it('settles the row of a message on its way as unknown, and the order, whose shop is to hear of it', async () => {
    const order = await worker.newPaidOrder();
    await openRow(order);
    await store.messages.beginSending(order.effectId, 'sending-1');
    await withResultsRecorded(store).store(toDeadLetter(order));
    expect(await store.messages.find(order.effectId)).to.deep.include({
      state: 'unknown',
      facts: { errorCode: 'JOB_KILLED_WORKERS' },
    });
    expect(await effectsOf(order)).to.deep.equal([toReportEffectId(order.effectId)]);
  });

  it('leaves a message that was queued to a replay, and settles the order, whose shop is to hear of it', async () => {
    const order = await worker.newPaidOrder();
    await openRow(order);
    await withResultsRecorded(store).store(toDeadLetter(order));
    const row = (await store.messages.find(order.effectId)) ?? expect.fail('no row');
    expect(row).to.deep.include({ state: 'queued', facts: { errorCode: 'JOB_KILLED_WORKERS' } });
    expect(toUndeliverable(row)).to.equal('refused');
    expect(row, 'its order has an effect for it').to.not.have.property('dueAt');
    expect(await effectsOf(order)).to.deep.equal([toReportEffectId(order.effectId)]);
  });

  it('leaves a row that ended as it is, and can be stored twice', async () => {
    const order = await worker.newPaidOrder();
    await openRow(order);
    await store.messages.beginSending(order.effectId, 'sending-1');
    await store.messages.settle(order.effectId, 'refused', { errorCode: 'MESSAGE_REFUSED' });
    const deadLetters = withResultsRecorded(store);
    await deadLetters.store(toDeadLetter(order));
    await deadLetters.store(toDeadLetter(order));
    expect((await store.messages.find(order.effectId))?.state).to.equal('refused');
    expect(await effectsOf(order)).to.deep.equal([toReportEffectId(order.effectId)]);
  });

  it('leaves row and order alone when it cannot be stored', async () => {
    const order = await worker.newPaidOrder();
    await openRow(order);
    const failing = {
      ...store,
      deadLetters: { ...store.deadLetters, store: () => Promise.reject(new AppError('STORE_UNAVAILABLE')) },
    };
    const stored = withResultsRecorded(failing).store(toDeadLetter(order));
    expect(await stored.catch((error: AppError) => error.code)).to.equal('STORE_UNAVAILABLE');
    expect((await store.messages.find(order.effectId))?.state).to.equal('queued');
    expect(await effectsOf(order)).to.deep.equal([order.effectId]);
  });

  it('is stored of a job that nobody understands', async () => {
    const payload = { hello: 'world' };
    const jobId = `unknown-${Date.now()}`;
    const deadLetter = {
      ...toDeadLetter(await worker.newPaidOrder()),
      jobId,
      payload,
      errorCode: 'JOB_UNKNOWN',
    };
    await withResultsRecorded(store).store(deadLetter);
    expect((await store.deadLetters.find(queue, jobId))?.payload).to.deep.equal(payload);
  });
});
