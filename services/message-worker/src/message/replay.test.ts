import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createContext } from '../index.ts';
import {
  appId,
  mchId,
  type PaidOrder,
  queue,
  type RunningWorker,
  startMessageWorker,
} from '../message-worker.fixture.test.ts';

/** Runs the test with a worker, and ends it. */
async function withWorker(
  options: Parameters<typeof startMessageWorker>[0],
  test: (worker: RunningWorker) => Promise<void>,
): Promise<void> {
  const worker = await startMessageWorker(options);
  try {
    await test(worker);
  } finally {
    await worker.close();
  }
}

/** As after the cause was mended: the process is another one, and the job is added again under its id. */
async function replay(worker: RunningWorker, order: PaidOrder): Promise<void> {
  const mended = createContext(worker.mended, { random: () => 0, logger: worker.context.logger });
  try {
    mended.work();
    await worker.enqueue(order);
    await waitFor('the dead letter to be resolved', async () => {
      return (await deadLetterOf(worker, order))?.state === 'resolved';
    });
  } finally {
    await mended.lifecycle.close();
  }
}

function deadLetterOf({ context }: RunningWorker, { effectId }: PaidOrder) {
  return context.store.deadLetters.find(queue, effectId);
}

function rowOf({ context }: RunningWorker, { effectId }: PaidOrder) {
  return context.store.messages.find(effectId);
}

async function eventsOf({ context }: RunningWorker, { outTradeNo }: PaidOrder) {
  const order = await context.store.orders.find(mchId, outTradeNo);
  return order?.timeLine.map(({ event }) => event).filter((event) => event !== 'created' && event !== 'paid');
}

/** Makes the message a dead letter for its wrong app_secret, and lets the worker take no further job. */
async function die(worker: RunningWorker): Promise<PaidOrder> {
  const own = worker.context.work();
  const order = await worker.newPaidOrder({ grants: 5 });
  const { message, entry } = await worker.tell(order);
  expect(message).to.include({ state: 'queued', attempts: 1 });
  expect(entry).to.include({
    event: 'send-subscribe-message.dead_letter',
    errorCode: 'WECHAT_CREDENTIALS_REFUSED',
  });
  expect(await deadLetterOf(worker, order)).to.include({ state: 'open' });
  expect(worker.sendsTo(order)).to.deep.equal([]);
  await own.close(5_000);
  return order;
}

describe('the replay of a message that became a dead letter', () => {
  const wrongSecret = { idle: true, appSecret: 'not-the-secret-of-this-app-000000' };

  it('is sent once, when the app_secret is mended, and the order says so', () =>
    withWorker(wrongSecret, async (worker) => {
      const order = await die(worker);
      await replay(worker, order);
      expect(await rowOf(worker, order)).to.include({ state: 'sent', attempts: 2 });
      expect(worker.sendsTo(order)).to.deep.equal([0]);
      expect(await eventsOf(worker, order)).to.include.members(['message.sent']);
    }));

  it('is not sent when its latest useful time is past', () =>
    withWorker(wrongSecret, async (worker) => {
      const order = await die(worker);
      const late = new Date(Date.now() + 3_700_000);
      const { logger } = worker.context;
      const mended = createContext(worker.mended, { clock: { now: () => late }, random: () => 0, logger });
      try {
        mended.work();
        await worker.enqueue(order);
        await waitFor('the row to end', async () => (await rowOf(worker, order))?.state === 'expired');
      } finally {
        await mended.lifecycle.close();
      }
      expect(worker.sendsTo(order)).to.deep.equal([]);
    }));

  for (const state of ['unknown', 'sent'] as const) {
    it(`sends nothing when the message is ${state}`, () =>
      withWorker(wrongSecret, async (worker) => {
        const order = await die(worker);
        const { messages } = worker.context.store;
        await messages.beginSending(order.effectId, 'sending-1');
        await messages.settle(order.effectId, state);
        await replay(worker, order);
        expect(await rowOf(worker, order)).to.include({ state });
        expect(worker.sendsTo(order)).to.deep.equal([]);
        expect(worker.simulator.ledger().tokens[appId]?.turnovers ?? 0).to.equal(0);
      }));
  }

  it('sends nothing when the message was left on its way', () =>
    withWorker(wrongSecret, async (worker) => {
      const order = await die(worker);
      await worker.context.store.messages.beginSending(order.effectId, 'sending-1');
      await replay(worker, order);
      expect(await rowOf(worker, order)).to.include({ state: 'unknown' });
      expect(worker.sendsTo(order)).to.deep.equal([]);
    }));
});
