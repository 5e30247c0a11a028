import { toMessageKey } from '@huidiao/contracts';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import mongoose from 'mongoose';
import type { RequestedMessage } from './message.ts';
import { inParallel, useStore } from './test-store.test.ts';
import { toMessageJob } from './wake-message.ts';

const mchId = '1900000001';
const appId = 'wx0000000000000001';
const minuteMs = 60_000;
const start = Date.parse('2026-11-22T10:00:00Z');

describe('a message that no order asked for, in the store', () => {
  let nowMs = start;
  const { store, uri } = useStore({ clock: { now: () => new Date(nowMs) } });
  const { messages } = store;
  let keys = 0;

  function wanted(changes: Partial<RequestedMessage> = {}): RequestedMessage {
    keys += 1;
    const messageId = String(keys).padStart(32, '0');
    return {
      key: toMessageKey(mchId, messageId),
      messageId,
      mchId,
      appId,
      openId: `openid-${keys}`,
      templateId: 'template-1',
      channel: 'subscribe',
      idempotencyKey: messageId,
      contentHash: 'hash',
      sealed: 'v1.sealed',
      sendAt: new Date(start),
      usefulUntil: new Date(start + 24 * 60 * minuteMs),
      requestId: 'request-1',
      lane: 'bulk',
      ...changes,
    };
  }
  const ask = async (dueAt: Date, changes: Partial<RequestedMessage> = {}) =>
    (await messages.request(wanted(changes), dueAt)).message;
  const at = (minutes: number) => new Date(start + minutes * minuteMs);
  const claim = async (now: Date, limit = 500) => {
    const claimed = await messages.claimDue({ now, leaseMs: minuteMs, limit });
    return claimed.map(({ key }) => key);
  };

  it('is stored once under its key, and found by it', async () => {
    const message = wanted();
    const both = await Promise.all([1, 2].map(() => messages.request(message, at(0))));
    expect(both.filter(({ isNew }) => isNew)).to.have.length(1);
    expect(both[0]?.message).to.deep.equal(both[1]?.message);
    const found = await messages.findAll([message.key, toMessageKey(mchId, 'nobodys')]);
    expect(found.map(({ key }) => key)).to.deep.equal([message.key]);
    await messages.settle(message.key, 'cancelled');
  });

  it('is claimed by one of 16 when its time has come, and not before', async () => {
    const { key } = await ask(at(10));
    expect(await claim(at(9))).to.deep.equal([]);
    const claims = await inParallel(16, () => claim(at(10)));
    expect(claims.flat()).to.deep.equal([key]);
    expect(await claim(at(10)), 'it is leased').to.deep.equal([]);
    expect(await claim(at(30)), 'the lease is over').to.deep.equal([key]);
    await messages.settle(key, 'cancelled');
    expect(await claim(at(1_000)), 'it has ended').to.deep.equal([]);
  });

  it('is claimed after those that wait longer, and left alone for longer the longer it waits', async () => {
    const later = await ask(at(2));
    const sooner = await ask(at(1));
    expect(await claim(at(60), 1)).to.deep.equal([sooner.key]);
    expect((await messages.find(sooner.key))?.dueAt).to.deep.equal(at(75));
    expect(await claim(at(60))).to.deep.equal([later.key]);
    for (const { key } of [later, sooner]) await messages.settle(key, 'cancelled');
  });

  it('goes 30 days after it ended, and so does that of an order', async () => {
    const { key } = await ask(at(0));
    await messages.beginSending(key, 's');
    await messages.settle(key, 'sent');
    const ofOrder = await messages.open({
      ...wanted(),
      key: 'send-subscribe-message_1',
      outTradeNo: 'order-1',
    });
    await messages.settle(ofOrder.key, 'expired');
    const connection = mongoose.createConnection(uri);
    try {
      const read = (_id: string) => connection.collection<{ _id: string }>('messages').findOne({ _id });
      expect(await read(key))
        .to.deep.include({ expiresAt: at(30 * 24 * 60) })
        .and.not.to.have.property('sealed');
      expect(await read(ofOrder.key)).to.deep.include({ expiresAt: at(30 * 24 * 60) });
    } finally {
      await connection.close();
    }
  });

  it('that reached nobody is due until the shop has heard of it, for each way in which it ended', async () => {
    const { key } = await ask(at(0));
    await messages.beginSending(key, 's');
    await messages.settle(key, 'unknown');
    const jobIds: string[] = [];
    for (const state of ['unknown', 'refused'] as const) {
      await messages.settle(key, state);
      const row = (await messages.find(key)) ?? expect.fail('no row');
      expect(row).to.deep.include({ state, dueAt: at(0) });
      expect(toMessageJob(row)).to.deep.include({ name: 'report-message', lane: 'bulk' });
      jobIds.push(toMessageJob(row).id);
      await messages.endReport(key, state === 'unknown' ? 'refused' : 'unknown');
      expect((await messages.find(key))?.dueAt, 'which is another ending').to.deep.equal(at(0));
    }
    expect(new Set(jobIds).size, 'each has a job of its own').to.equal(2);
    await messages.endReport(key, 'refused');
    expect(await messages.find(key))
      .to.include({ state: 'refused' })
      .and.not.have.property('dueAt');
  });

  it('that is given up is due at once for the shop to hear of it, and that of an order is not', async () => {
    const { key } = await ask(at(10));
    await messages.giveUp(key, { errorCode: 'WECHAT_CREDENTIALS_REFUSED' });
    const row = (await messages.find(key)) ?? expect.fail('no row');
    expect(row).to.deep.include({ state: 'queued', dueAt: at(0), givenUpAt: at(0) });
    expect(toMessageJob(row)).to.deep.include({ name: 'report-message', lane: 'bulk' });
    await messages.endReport(key, 'queued');
    expect(await messages.find(key)).to.not.have.property('dueAt');
    const ofOrder = await messages.open({
      ...wanted(),
      key: 'send-subscribe-message_2',
      outTradeNo: 'order-2',
    });
    await messages.giveUp(ofOrder.key, {});
    expect(await messages.find(ofOrder.key))
      .to.include({ state: 'queued' })
      .and.not.have.property('dueAt');
  });

  it('of a service account is found by a report that names no template', async () => {
    const openId = 'follower-1';
    const { key } = await ask(at(0), { openId, channel: 'template' });
    const ofMiniProgram = await ask(at(0), { openId });
    for (const one of [ofMiniProgram.key, key]) await messages.beginSending(one, 's');
    const report = {
      appId,
      openId,
      reportId: '42',
      state: 'delivered',
      facts: { reportCode: 'success' },
    } as const;
    expect(await messages.report(report)).to.include({ key, state: 'delivered' });
    expect(await messages.report(report), 'again').to.include({ key });
    expect(await messages.settle(key, 'sent'), 'the answer turns up').to.equal(false);
    expect((await messages.find(ofMiniProgram.key))?.state).to.equal('sending');
    await messages.settle(ofMiniProgram.key, 'unknown');
    await messages.endReport(ofMiniProgram.key, 'unknown');
  });

  it('is taken over by one, while its first call keeps its time', async () => {
    const { key } = await ask(at(0));
    await messages.beginSending(key, 'first');
    nowMs += minuteMs;
    const both = ['a', 'b'].map((id) => messages.beginAgain(key, { sendingId: 'first' }, id));
    expect((await Promise.all(both)).filter(Boolean)).to.have.length(1);
    expect(await messages.find(key)).to.deep.include({ state: 'sending', attempts: 2, sendingAt: at(0) });
    nowMs = start;
    await messages.settle(key, 'unknown');
    await messages.endReport(key, 'unknown');
  });
});
