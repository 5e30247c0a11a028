import { randomBytes } from 'node:crypto';
import { toMessageKey } from '@huidiao/contracts';
import { createMetrics } from '@huidiao/runtime';
import { createStore, dropTestDatabase, type RequestedMessage, type Store } from '@huidiao/store';
import { expect } from 'chai';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import {
  appId,
  createRecordingProducer,
  createTestClock,
  silentLogger as logger,
  mchId,
  testConfig,
} from '../reconciler.fixture.test.ts';
import { addDueMessages } from './add-due-messages.ts';

const minuteMs = 60_000;

describe('messages that somebody asked for', () => {
  const config = testConfig();
  let clock: ReturnType<typeof createTestClock>;
  let store: Store;
  let asked: string[];
  before(async () => {
    store = createStore({
      uri: config.mongo.uri,
      logger,
      metrics: createMetrics({ service: 'test' }),
      clock: { now: () => clock.now() },
    });
    await store.migrate();
  });
  beforeEach(() => {
    clock = createTestClock();
    asked = [];
  });
  // So that the next test has no message but its own.
  afterEach(() => Promise.all(asked.map((key) => store.messages.settle(key, 'cancelled'))));
  after(async () => {
    await store.close();
    await dropTestDatabase(config.mongo.uri);
  });

  /** One that is to be sent after so long. */
  async function ask(afterMs: number, changes: Partial<RequestedMessage> = {}): Promise<string> {
    const messageId = randomBytes(16).toString('hex');
    const sendAt = new Date(clock.now().getTime() + afterMs);
    const wanted: RequestedMessage = {
      key: toMessageKey(mchId, messageId),
      messageId,
      mchId,
      appId,
      openId: messageId,
      templateId: 'template-1',
      channel: 'subscribe',
      idempotencyKey: messageId,
      contentHash: 'hash',
      sealed: 'v1.sealed',
      sendAt,
      usefulUntil: new Date(sendAt.getTime() + 60 * minuteMs),
      requestId: 'request-1',
      lane: 'bulk',
      ...changes,
    };
    const { message } = await store.messages.request(wanted, sendAt);
    asked.push(message.key);
    return message.key;
  }

  const round = (producer: ReturnType<typeof createRecordingProducer>['producer']) =>
    addDueMessages({ store, producer, clock, leaseMs: minuteMs, limit: 500 });

  it('have their jobs when their time has come, and not before; of eight reconcilers one adds it', async () => {
    const key = await ask(60 * minuteMs);
    const { producer, added } = createRecordingProducer();
    expect(await round(producer)).to.equal(0);
    clock.advance(59 * minuteMs);
    expect(await round(producer)).to.equal(0);
    clock.advance(minuteMs);
    const taken = await Promise.all(Array.from({ length: 8 }, () => round(producer)));
    expect(taken.toSorted()).to.deep.equal([...Array(7).fill(0), 1]);
    expect(added).to.deep.equal([
      {
        name: 'send-message',
        id: key,
        data: { mchId, messageKey: key, requestId: 'request-1' },
        lane: 'bulk',
      },
    ]);
  });

  it('that waited for a consent come again under another id, for BullMQ still has the first', async () => {
    const key = await ask(0);
    const row = await store.messages.find(key);
    await store.messages.wait(key, {}, { dueAt: row?.usefulUntil });
    const { producer, added } = createRecordingProducer();
    expect(await round(producer)).to.equal(0);
    clock.advance(60 * minuteMs);
    await round(producer);
    expect(added.map(({ id }) => id)).to.deep.equal([`${key}~heal-1`]);
  });

  it('come again after the lease where Redis did not take their jobs', async () => {
    const key = await ask(0);
    const { producer, added, state } = createRecordingProducer();
    state.failure = new Error('Redis is full');
    expect(await round(producer).catch((error: Error) => error.message)).to.equal('Redis is full');
    delete state.failure;
    expect(await round(producer)).to.equal(0);
    clock.advance(minuteMs);
    expect(await round(producer)).to.equal(1);
    expect(added.map(({ id }) => id)).to.deep.equal([key]);
  });

  it('come again within their lease where Redis lost them, under the same id, until they end', async () => {
    const key = await ask(0);
    const { producer, added } = createRecordingProducer();
    for (const _time of ['added', 'added again once Redis is empty']) {
      expect(await round(producer)).to.equal(1);
      expect(await round(producer), 'within the lease').to.equal(0);
      clock.advance(minuteMs);
    }
    expect(added.map(({ id }) => id)).to.deep.equal([key, key]);
    await store.messages.settle(key, 'cancelled');
    expect(await round(producer)).to.equal(0);
  });

  it('are claimed by nobody while Redis is away, and go out at once when it is back', async () => {
    const key = await ask(0);
    const { producer, added, state } = createRecordingProducer();
    state.isReady = false;
    expect(await round(producer).catch((error: { code: string }) => error.code)).to.equal(
      'QUEUE_UNAVAILABLE',
    );
    state.isReady = true;
    expect(await round(producer)).to.equal(1);
    expect(added.map(({ id }) => id)).to.deep.equal([key]);
  });
});
