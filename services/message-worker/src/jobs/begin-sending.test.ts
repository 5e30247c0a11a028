import { AppError } from '@huidiao/errors';
import type { Store } from '@huidiao/store';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { useAttempts } from './attempt.fixture.test.ts';

type Messages = Store['messages'];

describe('a message whose sending was begun, but nobody saw the answer of the store', () => {
  const { worker, sent, attempt, stateOf } = useAttempts();

  const away = () => Promise.reject(new AppError('STORE_UNAVAILABLE'));
  /** The write happens, and its answer is lost. */
  const loseAnswer: Messages['beginSending'] = async (key, sendingId) => {
    await worker().context.store.messages.beginSending(key, sendingId);
    return await away();
  };

  it('is taken back, and sent once by the next attempt', async () => {
    const order = await worker().newPaidOrder();
    expect(await attempt(order, { messages: { beginSending: loseAnswer } })).to.equal('STORE_UNAVAILABLE');
    expect(await stateOf(order)).to.equal('queued');
    expect(await attempt(order)).to.equal('sent');
    expect(await attempt(order)).to.equal('already_settled');
    expect(sent).to.have.length(1);
  });

  it('is taken back when the store did the write twice and says that it was done', async () => {
    const order = await worker().newPaidOrder();
    const beginSending: Messages['beginSending'] = async (key, sendingId) => {
      const { messages } = worker().context.store;
      await messages.beginSending(key, sendingId);
      return await messages.beginSending(key, sendingId);
    };
    expect(await attempt(order, { messages: { beginSending } })).to.equal('MESSAGE_RECIPIENT_BUSY');
    expect(await stateOf(order)).to.equal('queued');
    expect(sent).to.have.length(0);
  });

  it('is unknown when it cannot be taken back either', async () => {
    const order = await worker().newPaidOrder();
    const requeue = () => Promise.reject(new AppError('INTERNAL_ERROR'));
    const code = await attempt(order, { messages: { beginSending: loseAnswer, requeue } });
    expect(code).to.equal('STORE_UNAVAILABLE');
    expect(await stateOf(order)).to.equal('sending');
    expect(await attempt(order)).to.equal('unknown');
    expect(sent).to.have.length(0);
  });

  it('does not take back what another one has begun', async () => {
    const order = await worker().newPaidOrder();
    const beginSending: Messages['beginSending'] = async (key) => {
      await worker().context.store.messages.beginSending(key, 'of another one');
      return await away();
    };
    expect(await attempt(order, { messages: { beginSending } })).to.equal('STORE_UNAVAILABLE');
    expect(await stateOf(order)).to.equal('sending');
  });
});
