import { AppError } from '@huidiao/errors';
import type { Store } from '@huidiao/store';
import type { SubscribeMessage } from '@huidiao/wechat';
import { expect } from 'chai';
import { after, before, beforeEach, describe, it } from 'mocha';
import {
  mchId,
  type PaidOrder,
  type RunningWorker,
  startMessageWorker,
} from '../message-worker.fixture.test.ts';
import { createSendSubscribeMessage } from './send-subscribe-message.ts';

type Messages = Store['messages'];

describe('a message whose sending was begun, but nobody saw the answer of the store', () => {
  let worker: RunningWorker;
  let sent: SubscribeMessage[];
  before(async () => {
    worker = await startMessageWorker({ idle: true });
  });
  after(() => worker.close());

  /** One attempt with a store whose messages are so; gives its outcome, or the code of its error. */
  async function attempt(order: PaidOrder, changed: Partial<Messages> = {}): Promise<string> {
    const { store, config, metrics } = worker.context;
    const handle = createSendSubscribeMessage({
      store: { orders: store.orders, messages: { ...store.messages, ...changed } },
      client: {
        sendSubscribeMessage: async (_app, message) => {
          sent.push(message);
          return { kind: 'sent' };
        },
      },
      turns: { inTurn: (_recipient, work) => work() },
      directory: config.directory,
      clock: { now: () => new Date() },
      outcomes: metrics.counter({
        name: 'huidiao_messages_total',
        help: 'Messages to buyers that ended, by how',
        labelNames: ['outcome'],
      }),
    });
    const { outTradeNo, effectId } = order;
    const run = {
      jobId: effectId,
      attempt: 1,
      postponements: 0,
      firstAttemptAt: new Date(),
      failing: undefined,
    };
    const { signal } = new AbortController();
    return await handle({ mchId, outTradeNo, effectId, requestId: 'test' }, { ...run, signal }).then(
      ({ outcome }) => outcome,
      (error: AppError) => error.code,
    );
  }

  const stateOf = async ({ effectId }: PaidOrder) =>
    (await worker.context.store.messages.find(effectId))?.state;

  const away = () => Promise.reject(new AppError('STORE_UNAVAILABLE'));
  /** The write happens, and its answer is lost. */
  const loseAnswer: Messages['beginSending'] = async (key, sendingId) => {
    await worker.context.store.messages.beginSending(key, sendingId);
    return await away();
  };

  beforeEach(() => {
    sent = [];
  });

  it('is taken back, and sent once by the next attempt', async () => {
    const order = await worker.newPaidOrder();
    expect(await attempt(order, { beginSending: loseAnswer })).to.equal('STORE_UNAVAILABLE');
    expect(await stateOf(order)).to.equal('queued');
    expect(await attempt(order)).to.equal('sent');
    expect(await attempt(order)).to.equal('already_settled');
    expect(sent).to.have.length(1);
  });

  it('is taken back when the store did the write twice and says that it was done', async () => {
    const order = await worker.newPaidOrder();
    const beginSending: Messages['beginSending'] = async (key, sendingId) => {
      const { messages } = worker.context.store;
      await messages.beginSending(key, sendingId);
      return await messages.beginSending(key, sendingId);
    };
    expect(await attempt(order, { beginSending })).to.equal('MESSAGE_RECIPIENT_BUSY');
    expect(await stateOf(order)).to.equal('queued');
  });

  it('is unknown when it cannot be taken back either', async () => {
    const order = await worker.newPaidOrder();
    const requeue = () => Promise.reject(new AppError('INTERNAL_ERROR'));
    const code = await attempt(order, { beginSending: loseAnswer, requeue });
    expect(code).to.equal('STORE_UNAVAILABLE');
    expect(await stateOf(order)).to.equal('sending');
    expect(await attempt(order)).to.equal('unknown');
    expect(sent).to.have.length(0);
  });

  it('does not take back what another one has begun', async () => {
    const order = await worker.newPaidOrder();
    const beginSending: Messages['beginSending'] = async (key) => {
      await worker.context.store.messages.beginSending(key, 'of another one');
      return await away();
    };
    expect(await attempt(order, { beginSending })).to.equal('STORE_UNAVAILABLE');
    expect(await stateOf(order)).to.equal('sending');
  });
});
