import {
  type NotedEvent,
  type NotedEventOf,
  toCountedJobId,
  toEffectId,
  toReportEffectId,
} from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { NewMessage, Order } from '@huidiao/store';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { EventDeps } from '../events/applied.ts';
import {
  appId,
  firstAttempt,
  mchId,
  outcomeOf,
  toApplyPayment,
  toDirectory,
  useOrderWorker,
} from '../order-worker.fixture.test.ts';
import { createApplyEvent } from './apply-event.ts';

const templateId = 'template-1';
const occurredAt = '2026-11-22T10:00:00.000Z';

describe('apply-event', () => {
  const { deps, added, newPaidOrder, newOrder, find } = useOrderWorker();
  const { store } = deps;
  let events = 0;
  let people = 0;

  const newKey = () => {
    events += 1;
    return `event-${events}`;
  };
  const newOpenId = () => {
    people += 1;
    return `openid-of-${people}`;
  };
  const apply = (event: NotedEvent, callbackKey: string, changed: Partial<EventDeps> = {}) =>
    outcomeOf(
      createApplyEvent({ ...deps, ...changed })(
        {
          requestId: 'request-9',
          callbackKey,
          notificationId: 'notification-9',
          eventType: 'something',
          receivedAt: '2026-11-22T10:00:01.000Z',
          event,
        },
        firstAttempt('job-9'),
      ),
    );
  const ledger = (key: string) => store.callbacks.find(key);

  /** A message of a paid order, and its effect, which waits for a consent. */
  async function newMessage(openId: string, isWaiting = true): Promise<{ order: Order; key: string }> {
    const order = await newPaidOrder({ openId });
    const { outTradeNo } = order;
    const key = toEffectId('send-subscribe-message', mchId, outTradeNo, 'order_paid');
    const usefulUntil = new Date(Date.now() + 3_600_000);
    const effect = { id: key, job: 'send-subscribe-message', dueAt: new Date(), requestId: 'r' } as const;
    await store.orders.settleEffect(mchId, outTradeNo, toEffectId('fulfil-order', mchId, outTradeNo), {
      event: 'settled',
    });
    await store.orders.noteEvent(mchId, outTradeNo, 'accepted', { event: 'accepted' }, [effect]);
    const message: NewMessage = { key, mchId, appId, openId, templateId, outTradeNo, usefulUntil };
    await store.messages.open(message);
    if (isWaiting) {
      await store.messages.wait(key, {});
      await store.orders.renewEffect(order, { id: key, dueAt: usefulUntil, round: 1 });
    }
    return { order, key };
  }
  async function effectOf(order: Order) {
    const { effects } = await find(order);
    expect(effects).to.have.length(1);
    return effects[0] ?? expect.fail('no effect');
  }

  describe('of a template message of a service account', () => {
    const reported = (openId: string, msgId: string, status: string) =>
      ({ type: 'template_message.reported', appId, openId, msgId, status, occurredAt }) as const;

    async function newRequested(openId: string, msgId: string): Promise<string> {
      const key = `send-message_${mchId}_${msgId}`;
      const usefulUntil = new Date(Date.now() + 3_600_000);
      await store.messages.request(
        {
          key,
          messageId: msgId,
          mchId,
          appId,
          openId,
          templateId,
          channel: 'template',
          idempotencyKey: msgId,
          contentHash: 'hash',
          sealed: 'v1.sealed',
          sendAt: new Date(),
          usefulUntil,
          requestId: 'r',
          lane: 'live',
        },
        new Date(),
      );
      await store.messages.beginSending(key, 's');
      await store.messages.settle(key, 'sent', { msgId });
      return key;
    }

    for (const [status, state] of [
      ['success', 'delivered'],
      ['failed:user block', 'refused'],
      ['failed: system failed', 'refused'],
    ] as const) {
      it(`makes it ${state} by ${status}, however often it is told`, async () => {
        const [openId, msgId] = [newOpenId(), newKey()];
        const key = await newRequested(openId, msgId);
        const ledgerKey = newKey();
        for (const _time of [1, 2]) {
          expect(await apply(reported(openId, msgId, status), ledgerKey)).to.equal('messages_settled');
        }
        expect(await store.messages.find(key)).to.deep.include({
          state,
          facts: { msgId, reportCode: status },
        });
        expect(await ledger(ledgerKey)).to.deep.include({ counts: { settled: 2, unmatched: 0 } });
      });
    }

    it('that another system sent is counted, and nothing more', async () => {
      const key = newKey();
      await apply(reported(newOpenId(), 'unknown', 'success'), key);
      expect(await ledger(key)).to.deep.include({ counts: { settled: 0, unmatched: 1 } });
    });
  });

  it('of a consent wakes a message that no order asked for, and adds its job at once', async () => {
    const openId = newOpenId();
    const messageId = newKey();
    const key = `send-message_${mchId}_${messageId}`;
    const sendAt = new Date();
    const usefulUntil = new Date(Date.now() + 3_600_000);
    const named = { key, messageId, mchId, appId, openId, templateId, idempotencyKey: messageId };
    const content = { contentHash: 'hash', sealed: 'v1.sealed', channel: 'subscribe', lane: 'bulk' } as const;
    await store.messages.request({ ...named, ...content, sendAt, usefulUntil, requestId: 'r' }, sendAt);
    await store.messages.wait(key, {}, { dueAt: usefulUntil });
    const answers = [{ templateId, answer: 'accept' as const }];
    await apply({ type: 'consent.answered', appId, openId, occurredAt, answers }, newKey());
    expect(added.at(-1)).to.deep.include({ name: 'send-message', id: `${key}~heal-2`, lane: 'bulk' });
    const row = await store.messages.find(key);
    expect(row).to.include({ rounds: 2 }).and.not.to.have.property('waitingSince');
    expect(row?.dueAt).to.be.at.most(new Date());
  });

  describe('of a consent', () => {
    const answered = (
      openId: string,
      answer: 'accept' | 'reject' = 'accept',
    ): NotedEventOf<'consent.answered'> => ({
      type: 'consent.answered',
      appId,
      openId,
      occurredAt,
      answers: [{ templateId, answer }],
    });
    const changedTo = (
      openId: string,
      answer: 'accept' | 'reject',
      minute: number,
    ): NotedEventOf<'consent.changed'> => ({
      ...answered(openId, answer),
      type: 'consent.changed',
      occurredAt: later(minute),
    });
    const stateOf = (openId: string) => store.consents.state({ appId, openId, templateId });

    it('keeps it once, however often it is told, and says so in the ledger', async () => {
      const [openId, key] = [newOpenId(), newKey()];
      for (const _time of [1, 2]) expect(await apply(answered(openId), key)).to.equal('consents_kept');
      expect(await stateOf(openId)).to.include({ state: 'granted', left: 1 });
      expect(await ledger(key)).to.deep.include({ appId, eventType: 'consent.answered', times: 2 });
    });

    it('to several templates keeps each', async () => {
      const openId = newOpenId();
      const answers = [
        { templateId, answer: 'accept' as const },
        { templateId: 'template-2', answer: 'reject' as const },
      ];
      await apply({ ...answered(openId), answers }, newKey());
      expect(await stateOf(openId)).to.include({ state: 'granted' });
      const other = await store.consents.state({ appId, openId, templateId: 'template-2' });
      expect(other).to.deep.equal({ state: 'blocked' });
    });

    it('that is changed in the settings takes back what was allowed, or lets the user be asked again', async () => {
      const openId = newOpenId();
      await apply(answered(openId), newKey());
      await apply(changedTo(openId, 'reject', 1), newKey());
      expect(await stateOf(openId)).to.deep.equal({ state: 'blocked' });
      await apply(changedTo(openId, 'accept', 2), newKey());
      expect(await stateOf(openId)).to.deep.equal({ state: 'unknown' });
    });

    it('wakes the message that has waited longest, one for each, and adds its job at once', async () => {
      const openId = newOpenId();
      const first = await newMessage(openId);
      const second = await newMessage(openId);
      await apply(answered(openId), newKey());
      const effect = await effectOf(first.order);
      expect(effect).to.include({ id: first.key, round: 2 });
      expect(effect.dueAt.getTime()).to.be.at.most(Date.now());
      expect(await store.messages.find(first.key)).not.to.have.property('waitingSince');
      expect(added.map(({ name, id }) => [name, id])).to.deep.equal([
        ['send-subscribe-message', toCountedJobId(first.key, 'heal', 2)],
      ]);
      expect(await effectOf(second.order)).to.include({ round: 1 });

      await apply(answered(openId), newKey());
      expect(await effectOf(second.order)).to.include({ round: 2 });
      expect(added).to.have.length(2);
    });

    it('wakes nobody with a refusal, nor with a consent that was withdrawn since', async () => {
      const openId = newOpenId();
      const { order } = await newMessage(openId);
      await apply(answered(openId, 'reject'), newKey());
      await apply(changedTo(openId, 'reject', 5), newKey());
      await apply({ ...answered(openId), occurredAt: later(4) }, newKey());
      expect(await effectOf(order)).to.include({ round: 1 });
      expect(added).to.deep.equal([]);
    });

    it('wakes the message although the process died in between, at whatever moment', async () => {
      const died = () => Promise.reject(new AppError('STORE_UNAVAILABLE'));
      const deaths: Partial<EventDeps>[] = [
        { store: { ...store, messages: { ...store.messages, listWaiting: died } } },
        { store: { ...store, orders: { ...store.orders, renewEffect: died } } },
        { store: { ...store, messages: { ...store.messages, wake: died } } },
        { store: { ...store, callbacks: { ...store.callbacks, record: died } } },
      ];
      for (const death of deaths) {
        const [openId, key] = [newOpenId(), newKey()];
        const { order, key: message } = await newMessage(openId);
        expect(await apply(answered(openId), key, death)).to.equal('STORE_UNAVAILABLE');
        expect(await apply(answered(openId), key)).to.equal('consents_kept');
        expect(await effectOf(order)).to.include({ round: 2 });
        expect(await store.messages.find(message)).not.to.have.property('waitingSince');
        expect(await stateOf(openId)).to.include({ left: 1 });
      }
    });

    it('that comes twice at the same moment wakes two messages', async () => {
      const openId = newOpenId();
      const waiting = [await newMessage(openId), await newMessage(openId)];
      await Promise.all([apply(answered(openId), newKey()), apply(answered(openId), newKey())]);
      for (const { order } of waiting) expect(await effectOf(order)).to.include({ round: 2 });
    });
  });

  describe('of a report on messages', () => {
    const reported = (openId: string, msgId: string, errorCode = '0'): NotedEventOf<'message.reported'> => ({
      type: 'message.reported',
      appId,
      openId,
      occurredAt,
      reports: [{ templateId, msgId, errorCode, errorStatus: errorCode === '0' ? 'success' : 'failed' }],
    });

    async function sent(openId: string, msgId?: string) {
      const message = await newMessage(openId, false);
      await store.messages.beginSending(message.key, 'sending-1');
      await store.messages.settle(message.key, msgId === undefined ? 'unknown' : 'sent', { msgId });
      await store.orders.settleEffect(mchId, message.order.outTradeNo, message.key, { event: 'told' });
      return message;
    }

    it('settles the message as delivered, and its order is told once', async () => {
      const openId = newOpenId();
      const { order, key } = await sent(openId, '9007199254740993');
      const callbackKey = newKey();
      for (const _time of [1, 2]) await apply(reported(openId, '9007199254740993'), callbackKey);
      expect((await store.messages.find(key))?.state).to.equal('delivered');
      const { timeLine } = await find(order);
      expect(timeLine.filter(({ event }) => event === 'message.delivered')).to.have.length(1);
      expect(await ledger(callbackKey)).to.deep.include({ outcome: 'messages_settled' });
    });

    it('settles one whose answer nobody saw, and counts the consent that it used', async () => {
      const openId = newOpenId();
      const { key } = await sent(openId);
      const answer = { answer: 'accept', occurredAt: new Date(occurredAt), eventKey: newKey() } as const;
      await store.consents.record({ appId, openId, templateId, ...answer });
      await apply(reported(openId, '42'), newKey());
      expect((await store.messages.find(key))?.state).to.equal('delivered');
      expect(await store.consents.state({ appId, openId, templateId })).to.deep.equal({ state: 'unknown' });
    });

    it('takes the effect out of an order that still waits for the message', async () => {
      const openId = newOpenId();
      const { order, key } = await newMessage(openId, false);
      await store.messages.beginSending(key, 'sending-1');
      await apply(reported(openId, '43'), newKey());
      const after = await find(order);
      expect(after.effects).to.deep.equal([]);
      expect(after.timeLine.at(-1)).to.include({ event: 'message.delivered', reportStatus: 'success' });
    });

    it('of a failure tells the shop, if it wants to hear of it, once', async () => {
      const openId = newOpenId();
      const { order, key } = await sent(openId, '44');
      const shop = {
        webhookUrl: 'https://a.example',
        webhookSecrets: [],
        allowPrivateNetwork: false,
        timeoutMs: 1_000,
        events: ['message.undeliverable'],
      };
      const directory = toDirectory({ merchant: { shop } });
      const callbackKey = newKey();
      for (const _time of [1, 2]) await apply(reported(openId, '44', '1'), callbackKey, { directory });
      expect((await store.messages.find(key))?.state).to.equal('refused');
      expect((await effectOf(order)).id).to.equal(toReportEffectId(key));
      const unheard = await sent(openId, '45');
      await apply(reported(openId, '45', '1'), newKey());
      expect((await find(unheard.order)).effects).to.deep.equal([]);
    });

    it('that fits no message of ours is noted', async () => {
      const key = newKey();
      await apply(reported(newOpenId(), '46'), key);
      expect(await ledger(key)).to.deep.include({ counts: { settled: 0, unmatched: 1 } });
    });
  });

  describe('of the data of a user', () => {
    it('forgets the one who closed their account, and the ledger says how much', async () => {
      const openId = newOpenId();
      const { order } = await newMessage(openId);
      const key = newKey();
      const event = { type: 'user_data.cancelled', appId, openId, occurredAt } as const;
      for (const _time of [1, 2]) expect(await apply(event, key)).to.equal('forgotten');
      expect(JSON.stringify(await find(order))).not.to.include(openId);
      expect(await ledger(key)).to.deep.include({
        counts: { consents: 0, messages: 1, orders: 1, sessions: 0, users: 0 },
      });
    });

    it('records that nothing of the kinds which one withdrew is kept', async () => {
      const key = newKey();
      const named = { appId, openId: newOpenId(), occurredAt };
      const event: NotedEvent = { type: 'user_data.revoked', ...named, revokeInfo: ['8'] };
      expect(await apply(event, key)).to.equal('nothing_kept');
      expect(await ledger(key)).to.include({ outcome: 'nothing_kept', appId });
    });
  });

  describe('of trade management', () => {
    const toTrade = (order: Order) => {
      const { transactionId } = toApplyPayment(order).payment;
      return { appId, occurredAt, mchId, outTradeNo: order.outTradeNo, transactionId };
    };

    it('keeps shipping and settlement beside the status, and the ledger names the order', async () => {
      const order = await newPaidOrder();
      const [shippedKey, settledKey] = [newKey(), newKey()];
      const settled = { type: 'trade.settled', settledAt: later(60), confirmReceiveMethod: '1' } as const;
      await apply({ ...toTrade(order), ...settled }, settledKey);
      const shipped = {
        type: 'trade.shipped',
        shippedAt: later(1),
        estimatedSettlementAt: later(90),
      } as const;
      for (const _time of [1, 2]) await apply({ ...toTrade(order), ...shipped }, shippedKey);
      const after = await find(order);
      expect(after.status).to.equal('paid');
      expect(after.shipping).to.deep.equal({
        shippedAt: new Date(later(1)),
        estimatedSettlementAt: new Date(later(90)),
      });
      expect(after.settlement).to.deep.equal({ settledAt: new Date(later(60)), confirmReceiveMethod: '1' });
      expect(after.timeLine.filter(({ event }) => event === 'trade.shipped')).to.have.length(1);
      const { outTradeNo } = order;
      expect(await ledger(settledKey)).to.include({ mchId, outTradeNo, outcome: 'recorded', appId });
    });

    it('finds the order by the transaction, with or without a merchant', async () => {
      for (const named of [{ mchId }, {}]) {
        const order = await newPaidOrder();
        const { transactionId } = toTrade(order);
        const event = { type: 'trade.shipped', appId, occurredAt, transactionId, ...named } as const;
        expect(await apply(event, newKey())).to.equal('recorded');
        expect((await find(order)).shipping?.shippedAt).to.deep.equal(new Date(occurredAt));
      }
    });

    it('leaves an order alone whose transaction is another one, and one that is not ours', async () => {
      const order = await newPaidOrder();
      const event = { type: 'trade.shipped', ...toTrade(order), transactionId: 'other' } as const;
      expect(await apply(event, newKey())).to.equal('order_differs');
      expect(await find(order)).to.deep.equal(order);
      expect(await apply({ ...event, outTradeNo: 'nobodys' }, newKey())).to.equal('unknown_order');
    });

    it('alarms that an order should have been shipped, and the order says so', async () => {
      const order = await newOrder();
      const alarms: object[] = [];
      const logger = { ...deps.logger, error: (fields: object) => void alarms.push(fields) };
      const event = { type: 'trade.shipping_reminded', ...toTrade(order) } as const;
      await apply(event, newKey(), { logger: logger as unknown as EventDeps['logger'] });
      const { outTradeNo } = order;
      expect(alarms).to.have.length(1);
      expect(alarms[0]).to.include({ event: 'trade.shipping_reminded', alarm: 'not-shipped', outTradeNo });
      expect((await find(order)).shipping).to.deep.equal({ remindedAt: new Date(occurredAt) });
    });
  });

  it('of anything else notes it, with the merchant or the app whose it is', async () => {
    const [ofApp, ofMerchant] = [newKey(), newKey()];
    expect(await apply({ type: 'push.debugged', appId, occurredAt }, ofApp)).to.equal('noted');
    expect(await ledger(ofApp)).to.include({ appId, outcome: 'noted', eventType: 'push.debugged' });
    expect(await apply({ type: 'security.echoed', mchId }, ofMerchant)).to.equal('noted');
    expect(await ledger(ofMerchant)).to.include({ mchId, outcome: 'noted' });
  });
});

function later(minutes: number): string {
  return new Date(Date.parse(occurredAt) + minutes * 60_000).toISOString();
}
