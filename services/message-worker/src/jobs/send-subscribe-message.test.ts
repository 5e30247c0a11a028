import { waitFor } from '@huidiao/testing';
import { expect } from 'chai';
import { after, afterEach, before, describe, it } from 'mocha';
import { toBeijingTime } from '../message/to-template-data.ts';
import {
  appId,
  mchId,
  queue,
  type RunningWorker,
  startMessageWorker,
} from '../message-worker.fixture.test.ts';
import { toTurnKey } from '../recipient-turn.ts';

describe('send-subscribe-message', () => {
  let worker: RunningWorker;
  before(async () => {
    worker = await startMessageWorker({ sendTimeoutMs: 1_500 });
  });
  afterEach(() => worker.simulator.faults.reset());
  after(() => worker.close());

  /** The next calls of subscribe/send are answered so. */
  function answer(errcode: number, times = 1): void {
    const body = { errcode, errmsg: `error ${errcode} rid: 6a21-1` };
    worker.simulator.faults.set({
      api: [{ api: 'subscribe_send', moment: 'before', answer: { status: 200, body }, times }],
    });
  }

  /** WeChat sends the next message, and then fails to say so. */
  function failAfterSending(how: 'silence' | 'reset' | { status: number }): void {
    worker.simulator.faults.set({ api: [{ api: 'subscribe_send', moment: 'after', answer: how, times: 1 }] });
  }

  /** How many access_tokens WeChat has made. */
  function newTokens(): number {
    const counts = worker.simulator.ledger().tokens[appId];
    return (counts?.turnovers ?? 0) + (counts?.forced ?? 0);
  }

  describe('a message that WeChat takes', () => {
    it('is sent once, with the template filled in, and the order says so', async () => {
      const paidAt = new Date();
      const order = await worker.newPaidOrder({ paidAt });
      const { message, entry } = await worker.tell(order);
      expect(worker.sendsTo(order)).to.deep.equal([0]);
      expect(message?.state).to.equal('sent');
      expect(entry?.event).to.equal('message.sent');
      const sent = worker.simulator.ledger().messages.find(({ openId }) => openId === order.openId);
      expect(sent?.page).to.equal(`pages/order?no=${order.outTradeNo}`);
      expect(sent?.data).to.deep.equal({
        character_string1: { value: order.outTradeNo },
        thing2: { value: '手冲咖啡 250g' },
        amount3: { value: '¥123.45' },
        time4: { value: toBeijingTime(paidAt) },
      });
    });

    it('is not sent again when its job comes again', async () => {
      const order = await worker.newPaidOrder({ grants: 5 });
      await worker.tell(order);
      await worker.enqueue(order, '_again');
      expect(await worker.outcomesOf(order, 2)).to.deep.equal(['sent', 'already_settled']);
      expect(worker.sendsTo(order)).to.deep.equal([0]);
    });

    it('is only noted in the order when an earlier attempt had sent it and then died', async () => {
      const order = await worker.newPaidOrder();
      await openRow(worker, order);
      await worker.context.store.messages.beginSending(order.effectId, 'sending-1');
      await worker.context.store.messages.settle(order.effectId, 'sent', { msgId: '9007199254740993' });
      const { entry } = await worker.tell(order);
      expect(entry).to.include({ event: 'message.sent', msgId: '9007199254740993' });
      expect(worker.sendsTo(order)).to.deep.equal([]);
    });

    it('is never sent while another message goes to the same buyer', async () => {
      worker.simulator.faults.set({ send_latency_ms: 300 });
      const first = await worker.newPaidOrder({ grants: 3 });
      const others = await Promise.all(
        [1, 2].map(() => worker.newPaidOrder({ openId: first.openId, grants: 0 })),
      );
      const told = await Promise.all([first, ...others].map((order) => worker.tell(order)));
      expect(told.map(({ message }) => message?.state)).to.deep.equal(['sent', 'sent', 'sent']);
      expect(worker.sendsTo(first)).to.deep.equal([0, 0, 0]);
    });

    it('gives the turn back, so that the next one need not wait for it to end', async () => {
      const order = await worker.newPaidOrder();
      await worker.tell(order);
      const key = toTurnKey(worker.prefix, { appId, openId: order.openId });
      await waitFor('the turn to be given back', async () => (await worker.redis.exists(key)) === 0);
    });
  });

  describe('a message that WeChat refuses for now', () => {
    const codes: [what: string, errcode: number, times: number][] = [
      ['system busy (-1)', -1, 2],
      ['another send to the same buyer (43108)', 43108, 1],
    ];
    for (const [what, errcode, times] of codes) {
      it(`is tried again and then sent once: ${what}`, async () => {
        answer(errcode, times);
        const order = await worker.newPaidOrder();
        const { message } = await worker.tell(order);
        expect(message).to.include({ state: 'sent', attempts: times + 1 });
        expect(worker.sendsTo(order)).to.deep.equal([0]);
      });
    }

    it('becomes a dead letter when all attempts are used up, and its row stays queued', async () => {
      answer(-1, 50);
      const order = await worker.newPaidOrder();
      const { message, entry } = await worker.tell(order);
      expect(message).to.include({ state: 'queued', attempts: 8 });
      expect(entry).to.include({ event: 'send-subscribe-message.dead_letter', errorCode: 'WECHAT_BUSY' });
      expect(await deadLetterOf(worker, order)).to.include({
        errorCode: 'WECHAT_BUSY',
        attempts: 8,
        state: 'open',
      });
      expect(worker.sendsTo(order)).to.deep.equal([]);
    });

    it('is tried three times when nobody knows the code', async () => {
      answer(99999, 50);
      const order = await worker.newPaidOrder();
      const { message } = await worker.tell(order);
      expect(message).to.include({ state: 'queued', attempts: 3 });
      expect(await deadLetterOf(worker, order)).to.include({ errorCode: 'WECHAT_REFUSED' });
    });

    it('is sent with a new access_token when WeChat refuses the one that all processes share, replaced once', async () => {
      await worker.tell(await worker.newPaidOrder());
      const before = newTokens();
      worker.simulator.revokeToken(appId);
      const orders = await Promise.all([1, 2, 3].map(() => worker.newPaidOrder()));
      const told = await Promise.all(orders.map((order) => worker.tell(order)));
      expect(told.map(({ message }) => message?.state)).to.deep.equal(['sent', 'sent', 'sent']);
      expect(told.map(({ message }) => message?.attempts)).to.deep.equal([1, 1, 1]);
      expect(newTokens() - before).to.equal(1);
    });
  });

  describe('a message that WeChat refuses for good', () => {
    it('waits for the consent of a buyer who did not agree (43101), and nothing waits in Redis', async () => {
      const order = await worker.newPaidOrder({ grants: 0 });
      await worker.enqueue(order);
      expect(await worker.outcomesOf(order, 1)).to.deep.equal(['waiting']);
      const { messages, orders } = worker.context.store;
      const message = await messages.find(order.effectId);
      expect(message).to.deep.include({ state: 'queued', rounds: 1 });
      expect(message?.facts).to.include({ errorCode: 'MESSAGE_NOT_SUBSCRIBED', remoteCode: 43101 });
      const [effect] = (await orders.find(mchId, order.outTradeNo))?.effects ?? [];
      expect(effect).to.deep.include({ id: order.effectId, round: 1, dueAt: message?.usefulUntil });
      expect(worker.sendsTo(order)).to.deep.equal([43101]);
      expect(await deadLetterOf(worker, order)).to.equal(undefined);
    });

    for (const errcode of [40037, 43107, 47003, 40003]) {
      it(`becomes a dead letter, so that somebody sees it, and can be replayed (${errcode})`, async () => {
        answer(errcode);
        const order = await worker.newPaidOrder();
        const { message, entry } = await worker.tell(order);
        expect(message).to.include({ state: 'queued', attempts: 1 });
        expect(entry).to.include({
          event: 'send-subscribe-message.dead_letter',
          errorCode: 'MESSAGE_REFUSED',
        });
        const deadLetter = await deadLetterOf(worker, order);
        expect(deadLetter?.details).to.include({ remoteCode: errcode, rid: '6a21-1' });
      });
    }
  });

  it('is not tried with each message anew where WeChat has banned the template', async () => {
    const pausing = await startMessageWorker({ templatePauseMs: 60_000 });
    try {
      const body = { errcode: 43107, errmsg: 'banned' };
      pausing.simulator.faults.set({
        api: [{ api: 'subscribe_send', moment: 'before', answer: { status: 200, body }, times: 50 }],
      });
      const calls = () => pausing.simulator.ledger().calls.counts.subscribe_send;
      await pausing.tell(await pausing.newPaidOrder());
      expect(calls()).to.equal(1);
      const { entry } = await pausing.tell(await pausing.newPaidOrder());
      expect(entry).to.include({ errorCode: 'MESSAGE_REFUSED' });
      expect(calls()).to.equal(1);
    } finally {
      await pausing.close();
    }
  });

  describe('a message whose answer nobody saw', () => {
    for (const how of ['silence', 'reset', { status: 502 }] as const) {
      it(`is unknown and never sent again (${JSON.stringify(how)})`, async () => {
        failAfterSending(how);
        const order = await worker.newPaidOrder({ grants: 5 });
        const { message, entry } = await worker.tell(order);
        expect(message).to.include({ state: 'unknown', attempts: 1 });
        expect(entry?.event).to.equal('message.unknown');
        expect(worker.sendsTo(order)).to.deep.equal([0]);
        expect(await worker.outcomesOf(order, 1)).to.deep.equal(['unknown']);
      });
    }

    it('is unknown and never sent again when its row was left in sending', async () => {
      const order = await worker.newPaidOrder({ grants: 5 });
      await openRow(worker, order);
      await worker.context.store.messages.beginSending(order.effectId, 'sending-1');
      const { message, entry } = await worker.tell(order);
      expect(message?.state).to.equal('unknown');
      expect(entry?.event).to.equal('message.unknown');
      expect(worker.sendsTo(order)).to.deep.equal([]);
    });

    it('is left alone while whoever is sending it still has the turn', async () => {
      const order = await worker.newPaidOrder({ grants: 5 });
      await openRow(worker, order);
      const { messages } = worker.context.store;
      await messages.beginSending(order.effectId, 'sending-1');
      const key = toTurnKey(worker.prefix, { appId, openId: order.openId });
      await worker.redis.set(key, 'another process');
      await worker.enqueue(order);
      expect(await worker.outcomesOf(order, 1)).to.deep.equal(['postponed']);
      expect((await messages.find(order.effectId))?.state).to.equal('sending');
      await messages.settle(order.effectId, 'sent', {});
      await worker.redis.del(key);
      expect((await worker.settled(order)).entry?.event).to.equal('message.sent');
      expect(worker.sendsTo(order)).to.deep.equal([]);
    });
  });

  it('is not sent once its latest useful time is past', async () => {
    const order = await worker.newPaidOrder({ paidAt: new Date(Date.now() - 3_600_001) });
    const { message, entry } = await worker.tell(order);
    expect(message?.state).to.equal('expired');
    expect(entry?.event).to.equal('message.expired');
    expect(worker.sendsTo(order)).to.deep.equal([]);
    expect(await deadLetterOf(worker, order)).to.equal(undefined);
  });

  it('is not sent once its latest useful time went by between two attempts', async () => {
    const order = await worker.newPaidOrder();
    await openRow(worker, order, new Date(Date.now() - 1));
    const { message } = await worker.tell(order);
    expect(message?.state).to.equal('expired');
    expect(worker.sendsTo(order)).to.deep.equal([]);
  });

  describe('all of them', () => {
    it('keep openids out of every log line and every Redis key', async () => {
      const { openIds } = worker;
      const keys = await worker.redis.keys(`*${worker.prefix}*`);
      expect(openIds.length).to.be.greaterThan(20);
      const log = worker.logged.join('');
      expect(log).to.contain('job.attempted');
      for (const openId of openIds) {
        expect(log).to.not.contain(openId);
        expect(keys.join(' ')).to.not.contain(openId);
      }
    });
  });
});

async function openRow(
  worker: RunningWorker,
  order: Awaited<ReturnType<RunningWorker['newPaidOrder']>>,
  usefulUntil = new Date(Date.now() + 60_000),
): Promise<void> {
  const { outTradeNo, openId, effectId } = order;
  const { messages } = worker.context.store;
  await messages.open({
    key: effectId,
    mchId: '1900000001',
    appId,
    openId,
    templateId: 'x',
    outTradeNo,
    usefulUntil,
  });
}

function deadLetterOf(worker: RunningWorker, { effectId }: { effectId: string }) {
  return worker.context.store.deadLetters.find(queue, effectId);
}
