import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { MessageState, SettledState } from './message.ts';
import { codeOf, inParallel, useStore } from './test-store.test.ts';

/** Of those that were never sent. */
const unsent: readonly MessageState[] = ['expired', 'cancelled'];

/** Every move that is allowed; all others must be refused and change nothing. */
const moves: Record<MessageState, MessageState[]> = {
  queued: ['sending', 'expired', 'cancelled'],
  sending: ['sent', 'delivered', 'refused', 'unknown', 'queued'],
  sent: ['delivered', 'refused'],
  delivered: [],
  refused: [],
  unknown: ['sent', 'delivered', 'refused'],
  expired: [],
  cancelled: [],
};
const states = Object.keys(moves) as MessageState[];

describe('MessageStore', () => {
  const { messages } = useStore().store;
  let keys = 0;

  function newMessage() {
    keys += 1;
    return {
      key: `order-paid_1900000001_order-${keys}`,
      mchId: '1900000001',
      appId: 'wx0000000000000001',
      openId: 'openid-1',
      templateId: 'template-1',
      outTradeNo: `order-${keys}`,
      usefulUntil: new Date('2026-11-23T10:00:00Z'),
    };
  }

  async function move(key: string, to: MessageState): Promise<boolean> {
    if (to === 'sending') return await messages.beginSending(key, 'sending-1');
    if (to === 'queued') return await messages.requeue(key);
    return await messages.settle(key, to, { msgId: '9007199254740993' });
  }

  async function messageIn(state: MessageState): Promise<string> {
    const { key } = await messages.open(newMessage());
    if (state === 'expired' || state === 'cancelled') await messages.settle(key, state);
    else if (state !== 'queued') await messages.beginSending(key, 'sending-1');
    if (state === 'queued' || state === 'sending' || unsent.includes(state)) return key;
    await messages.settle(key, state as SettledState);
    return key;
  }

  for (const from of states) {
    for (const to of states) {
      const isAllowed = moves[from].includes(to);
      it(`${isAllowed ? 'moves' : 'refuses to move'} a message that is ${from} to ${to}`, async () => {
        const key = await messageIn(from);
        expect(await move(key, to)).to.equal(isAllowed);
        expect((await messages.find(key))?.state).to.equal(isAllowed ? to : from);
      });
    }
  }

  it('lets one of 16 begin to send', async () => {
    const { key } = await messages.open(newMessage());
    const began = await inParallel(16, (index) => messages.beginSending(key, `sending-${index}`));
    expect(began.filter(Boolean)).to.have.length(1);
    expect(await messages.find(key)).to.include({ state: 'sending', attempts: 1 });
  });

  it('gives the message that is there when it is opened again', async () => {
    const message = newMessage();
    await messages.open(message);
    await messages.beginSending(message.key, 'sending-1');
    const again = await messages.open({ ...message, templateId: 'template-2' });
    expect(again).to.include({ state: 'sending', templateId: 'template-1' });
  });

  it('opens one message for 16 that open it at once', async () => {
    const message = newMessage();
    const opened = await inParallel(16, () => messages.open(message));
    for (const one of opened) expect(one).to.deep.equal(opened[0]);
  });

  it('counts the attempts over a requeue and keeps why', async () => {
    const { key } = await messages.open(newMessage());
    await messages.beginSending(key, 'sending-1');
    await messages.requeue(key, { errorCode: 'WECHAT_BUSY', remoteCode: undefined });
    await messages.beginSending(key, 'sending-2');
    const message = await messages.find(key);
    expect(message).to.include({ state: 'sending', attempts: 2 });
    expect(message?.facts).to.deep.equal({ errorCode: 'WECHAT_BUSY' });
  });

  it('takes back only the sending that it names', async () => {
    const { key } = await messages.open(newMessage());
    await messages.beginSending(key, 'sending-1');
    expect(await messages.requeue(key, {}, 'sending-2')).to.equal(false);
    expect(await messages.find(key)).to.include({ state: 'sending', sendingId: 'sending-1' });
    expect(await messages.requeue(key, {}, 'sending-1')).to.equal(true);
    await messages.beginSending(key, 'sending-2');
    expect(await messages.requeue(key, {}, 'sending-1')).to.equal(false);
    expect((await messages.find(key))?.state).to.equal('sending');
  });

  it('keeps a 64-bit msgId as the text that it was', async () => {
    const key = await messageIn('sending');
    await messages.settle(key, 'sent', { msgId: '9007199254740993' });
    expect((await messages.find(key))?.facts).to.deep.equal({ msgId: '9007199254740993' });
  });

  it('moves no message that does not exist', async () => {
    for (const state of states) expect(await move('nobodys', state)).to.equal(false);
    expect(await messages.find('nobodys')).to.equal(undefined);
  });

  it('compares a key that is no text instead of running it as a query', async () => {
    await messages.open(newMessage());
    for (const key of [{ $ne: null }, { $gt: '' }]) {
      expect(await codeOf(messages.find(key as never))).to.equal('INTERNAL_ERROR');
      expect(await codeOf(messages.beginSending(key as never, 'sending-1'))).to.equal('INTERNAL_ERROR');
    }
  });
});
