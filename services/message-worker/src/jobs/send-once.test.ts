import { AppError } from '@huidiao/errors';
import type { Store } from '@huidiao/store';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { mchId, type PaidOrder } from '../message-worker.fixture.test.ts';
import { useAttempts } from './attempt.fixture.test.ts';

type Messages = Store['messages'];

describe('a message to a buyer, whatever goes wrong around its sending', () => {
  const { worker, sent, attempt, stateOf } = useAttempts();
  const storeOf = () => worker().context.store;
  const away = () => Promise.reject(new AppError('STORE_UNAVAILABLE'));

  const eventsOf = async ({ outTradeNo }: PaidOrder) =>
    (await storeOf().orders.find(mchId, outTradeNo))?.timeLine.map(({ event }) => event).slice(2);
  const effectsOf = async ({ outTradeNo }: PaidOrder) =>
    (await storeOf().orders.find(mchId, outTradeNo))?.effects.length;

  it('is on its way in the store before WeChat hears of it', async () => {
    const order = await worker().newPaidOrder();
    let stateAtCall: string | undefined;
    const answer = async () => {
      stateAtCall = await stateOf(order);
      return { kind: 'sent' } as const;
    };
    await attempt(order, { answer });
    expect(stateAtCall).to.equal('sending');
  });

  it('is sent once by any number of attempts at once, although none of them waits for its turn', async () => {
    const order = await worker().newPaidOrder();
    const all = 16;
    let looking = 0;
    let goOn: () => void = () => undefined;
    const untilAllHaveLooked = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const open: Messages['open'] = async (message) => {
      const row = await storeOf().messages.open(message);
      looking += 1;
      if (looking === all) goOn();
      await untilAllHaveLooked;
      return row;
    };
    const attempts = Array.from({ length: all }, () => attempt(order, { messages: { open } }));
    const outcomes = await Promise.all(attempts);
    expect(outcomes.toSorted()).to.deep.equal([...Array(all - 1).fill('MESSAGE_RECIPIENT_BUSY'), 'sent']);
    expect(sent).to.have.length(1);
    expect(await stateOf(order)).to.equal('sent');
  });

  it('is not sent by an attempt that looked before another one had sent it', async () => {
    const order = await worker().newPaidOrder();
    expect(await attempt(order)).to.equal('sent');
    const looksTooEarly = { find: async () => undefined };
    expect(await attempt(order, { messages: looksTooEarly })).to.equal('already_settled');
    expect(sent).to.have.length(1);
  });

  it('is unknown and never sent again when sending fails in a way that nobody foresaw', async () => {
    const order = await worker().newPaidOrder();
    const answer = () => Promise.reject(new TypeError('cannot read properties of undefined'));
    expect(await attempt(order, { answer })).to.equal('unknown');
    expect(await attempt(order)).to.equal('already_settled');
    expect(sent).to.have.length(1);
  });

  it('is not sent again when its result reached the row, but not the order, which is told then', async () => {
    const order = await worker().newPaidOrder();
    expect(await attempt(order, { orders: { settleEffect: away } })).to.equal('STORE_UNAVAILABLE');
    expect(await effectsOf(order)).to.equal(1);
    expect(await attempt(order)).to.equal('sent');
    expect(await effectsOf(order)).to.equal(0);
    expect(await eventsOf(order)).to.deep.equal(['message.sent']);
    expect(sent).to.have.length(1);
  });

  it('is unknown, and not sent again, when its result could not be stored at all', async () => {
    const order = await worker().newPaidOrder();
    expect(await attempt(order, { messages: { settle: away } })).to.equal('STORE_UNAVAILABLE');
    expect(await attempt(order)).to.equal('unknown');
    expect(sent).to.have.length(1);
  });

  it('ends in the order as it ended in its row, where another one knew the answer first', async () => {
    const order = await worker().newPaidOrder();
    const answer = async () => {
      await storeOf().messages.settle(order.effectId, 'sent', { msgId: '1' });
      return { kind: 'unknown', error: new AppError('WECHAT_UNREACHABLE') } as const;
    };
    expect(await attempt(order, { answer })).to.equal('sent');
    expect(await stateOf(order)).to.equal('sent');
    expect(await eventsOf(order)).to.deep.equal(['message.sent']);
  });

  it('is sent after all when the answer turns up after a dead letter gave it up, and the order says both', async () => {
    const order = await worker().newPaidOrder();
    const answer = async () => {
      await storeOf().messages.settle(order.effectId, 'unknown');
      await storeOf().orders.settleEffect(mchId, order.outTradeNo, order.effectId, { event: 'dead_letter' });
      return { kind: 'sent' } as const;
    };
    expect(await attempt(order, { answer })).to.equal('sent');
    expect(await stateOf(order)).to.equal('sent');
    expect(await eventsOf(order)).to.deep.equal(['dead_letter', 'message.sent']);
  });

  it('is left to whoever has begun to send it since, when WeChat refused it for now', async () => {
    const order = await worker().newPaidOrder();
    const answer = async () => {
      await storeOf().messages.requeue(order.effectId);
      await storeOf().messages.beginSending(order.effectId, 'of another one');
      return { kind: 'refused', error: new AppError('WECHAT_BUSY') } as const;
    };
    expect(await attempt(order, { answer })).to.equal('WECHAT_BUSY');
    expect(await stateOf(order)).to.equal('sending');
  });

  it('that has ended is told to the order although the buyer is busy and its app is gone', async () => {
    const order = await worker().newPaidOrder();
    await attempt(order, { orders: { settleEffect: away } });
    const busy = { inTurn: () => Promise.reject(new AppError('MESSAGE_RECIPIENT_BUSY')) };
    const directory = { merchants: new Map(), apps: new Map() };
    expect(await attempt(order, { turns: busy, directory })).to.equal('sent');
    expect(await effectsOf(order)).to.equal(0);
  });

  it('is not sent again by who replays its job after its row has expired: by then it is too late', async () => {
    const monthAgo = new Date(Date.now() - 30 * 24 * 60 * 60_000);
    const order = await worker().newPaidOrder({ paidAt: monthAgo });
    expect(await storeOf().messages.find(order.effectId)).to.equal(undefined);
    expect(await attempt(order, { jobId: `${order.effectId}~replay-1` })).to.equal('expired');
    expect(sent).to.deep.equal([]);
  });

  it('of an order that does not exist is sent to nobody', async () => {
    const order = { ...(await worker().newPaidOrder()), outTradeNo: 't-nobodys' };
    expect(await attempt(order)).to.equal('ORDER_NOT_FOUND');
    expect(sent).to.deep.equal([]);
  });
});
