import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { NewMessage } from './message.ts';
import { inParallel, useStore } from './test-store.test.ts';

const appId = 'wx0000000000000001';
const templateId = 'template-1';

describe('a message that waits for a consent', () => {
  const { messages } = useStore().store;
  let keys = 0;

  function newMessage(changes: Partial<NewMessage> = {}): NewMessage {
    keys += 1;
    return {
      key: `message-${keys}`,
      mchId: '1900000001',
      appId,
      openId: `openid-${keys}`,
      templateId,
      outTradeNo: `order-${keys}`,
      usefulUntil: new Date('2026-11-23T10:00:00Z'),
      ...changes,
    };
  }
  const open = async (changes: Partial<NewMessage> = {}) => await messages.open(newMessage(changes));
  const keysOf = async (openId: string, limit = 10) =>
    (await messages.listWaiting({ appId, openId, templateId }, limit)).map(({ key }) => key);

  it('says so, counts the round, and waits no longer once it is sent', async () => {
    const { key, openId = '' } = await open();
    expect(await messages.wait(key, { errorCode: 'MESSAGE_NOT_SUBSCRIBED' })).to.deep.include({
      state: 'queued',
      rounds: 1,
      facts: { errorCode: 'MESSAGE_NOT_SUBSCRIBED' },
    });
    expect(await keysOf(openId)).to.deep.equal([key]);
    expect(await messages.beginSending(key, 'sending-1')).to.equal(true);
    expect(await messages.find(key))
      .to.include({ rounds: 1 })
      .and.not.to.have.property('waitingSince');
    expect(await keysOf(openId)).to.deep.equal([]);
  });

  it('waits after a refusal only by the word of the one who was refused', async () => {
    const { key } = await open();
    await messages.beginSending(key, 'sending-1');
    expect(await messages.wait(key, {})).to.equal(undefined);
    expect(await messages.wait(key, {}, { sendingId: 'sending-2' })).to.equal(undefined);
    expect(await messages.wait(key, {}, { sendingId: 'sending-1' })).to.include({
      state: 'queued',
      rounds: 1,
    });
    expect(await messages.wait(key, {}, { sendingId: 'sending-1' }), 'it is not being sent').to.equal(
      undefined,
    );
  });

  it('is found by its recipient alone, the oldest first', async () => {
    const openId = 'openid-of-many';
    const older = await open({ openId });
    const newer = await open({ openId });
    const others = [
      await open({ openId: 'openid-of-another' }),
      await open({ openId, templateId: 'template-2' }),
      await open({ openId, appId: 'wx0000000000000002' }),
    ];
    for (const { key } of [newer, older, ...others]) await messages.wait(key, {});
    await open({ openId });
    expect(await keysOf(openId)).to.deep.equal([older.key, newer.key]);
    expect(await keysOf(openId, 1)).to.deep.equal([older.key]);
  });

  it('is woken by one of 16, and not by one who saw it wait before', async () => {
    const { key } = await open();
    await messages.wait(key, {});
    const woken = await inParallel(16, () => messages.wake(key, 1));
    expect(woken.filter(Boolean)).to.have.length(1);
    expect(await messages.find(key)).to.include({ state: 'queued', rounds: 2 });
    await messages.wait(key, {});
    expect(await messages.wake(key, 1), 'it waits anew').to.equal(false);
    expect(await messages.wake(key, 3)).to.equal(true);
  });

  it('expires like any that was not sent', async () => {
    const { key, openId = '' } = await open();
    await messages.wait(key, {});
    expect(await messages.settle(key, 'expired')).to.equal(true);
    expect(await keysOf(openId)).to.deep.equal([]);
  });

  describe('what WeChat reports of a message', () => {
    const report = (openId: string, reportId: string, state: 'delivered' | 'refused' = 'delivered') =>
      messages.report({ appId, openId, templateId, reportId, state, facts: { reportCode: '0' } });

    async function sent(openId: string, msgId?: string): Promise<string> {
      const { key } = await open({ openId });
      await messages.beginSending(key, 'sending-1');
      await messages.settle(key, 'sent', { msgId });
      return key;
    }

    it('settles the message of its number, however many went to the same recipient', async () => {
      const openId = 'openid-reported';
      await sent(openId, '9007199254740991');
      const key = await sent(openId, '9007199254740993');
      const message = await report(openId, '9007199254740993');
      expect(message).to.deep.include({
        key,
        state: 'delivered',
        facts: { msgId: '9007199254740993', reportCode: '0' },
      });
    });

    it('settles the oldest of unknown number, and the same report again finds the same message', async () => {
      const openId = 'openid-unnumbered';
      await sent(openId, '1');
      const oldest = await sent(openId);
      const next = await sent(openId);
      expect((await report(openId, 'r-1'))?.key).to.equal(oldest);
      expect((await report(openId, 'r-1'))?.key).to.equal(oldest);
      expect((await report(openId, 'r-2', 'refused'))?.key).to.equal(next);
      expect(await messages.find(next)).to.include({ state: 'refused' });
      expect(await report(openId, 'r-3'), 'of another system').to.equal(undefined);
    });

    for (const state of ['sending', 'unknown'] as const) {
      it(`settles a message that is ${state}: it arrived, whatever became of the answer`, async () => {
        const { key, openId = '' } = await open();
        await messages.beginSending(key, 'sending-1');
        if (state === 'unknown') await messages.settle(key, 'unknown');
        expect(await report(openId, `r-${state}`)).to.include({ key, state: 'delivered' });
        expect(await messages.settle(key, 'sent'), 'the answer turns up').to.equal(false);
      });
    }

    it('says nothing about a message that was not sent', async () => {
      const { openId = '' } = await open();
      expect(await report(openId, 'r-queued')).to.equal(undefined);
    });
  });

  describe('of a person who is forgotten', () => {
    it('names them no more; what was not sent expires, and how the others ended stays', async () => {
      const openId = 'openid-forgotten';
      const waits = await open({ openId });
      await messages.wait(waits.key, {});
      const ended = await open({ openId, templateId: 'template-2' });
      await messages.beginSending(ended.key, 'sending-1');
      await messages.settle(ended.key, 'sent');
      const other = await open({ openId, appId: 'wx0000000000000002' });
      expect(await messages.forget({ appId, openId })).to.equal(2);
      expect(await messages.forget({ appId, openId })).to.equal(0);
      expect(await messages.find(waits.key))
        .to.include({ state: 'expired' })
        .and.not.to.have.property('openId');
      expect(await messages.find(ended.key))
        .to.include({ state: 'sent' })
        .and.not.to.have.property('openId');
      expect(await messages.find(other.key)).to.include({ openId, state: 'queued' });
    });
  });
});
