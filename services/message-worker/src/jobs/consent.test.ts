import type { Merchant } from '@huidiao/contracts';
import { toCountedJobId, toReportEffectId } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { type ConsentAnswer, withResultsRecorded } from '@huidiao/store';
import { plainMerchant } from '@huidiao/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { appId, mchId, type PaidOrder, queue, templateId } from '../message-worker.fixture.test.ts';
import { type AttemptChanges, useAttempts } from './attempt.fixture.test.ts';

const earlier = new Date(Date.now() - 60_000);

describe('the consent of a buyer to a message', () => {
  const { worker, sent, attempt, stateOf } = useAttempts();
  const storeOf = () => worker().context.store;
  let answers = 0;

  const recipientOf = ({ openId }: PaidOrder) => ({ appId, openId, templateId });
  async function answer(order: PaidOrder, given: ConsentAnswer['answer'], occurredAt = new Date()) {
    answers += 1;
    const eventKey = `answer-${answers}`;
    await storeOf().consents.record({ ...recipientOf(order), eventKey, answer: given, occurredAt });
  }
  const consentOf = (order: PaidOrder) => storeOf().consents.state(recipientOf(order));
  const rowOf = (order: PaidOrder) => storeOf().messages.find(order.effectId);
  const orderOf = async (order: PaidOrder) => {
    const found = await storeOf().orders.find(mchId, order.outTradeNo);
    return found ?? expect.fail('the order is gone');
  };
  const refuse = () =>
    Promise.resolve({
      kind: 'refused',
      error: new AppError('MESSAGE_NOT_SUBSCRIBED', { details: { remoteCode: 43101 } }),
    } as const);

  async function expectToWait(order: PaidOrder, round: number): Promise<void> {
    const row = await rowOf(order);
    expect(row).to.include({ state: 'queued', rounds: round });
    expect(row).to.have.property('waitingSince');
    const { effects } = await orderOf(order);
    expect(effects.map(({ id, dueAt, round: of }) => ({ id, dueAt, of }))).to.deep.equal([
      { id: order.effectId, dueAt: row?.usefulUntil, of: round },
    ]);
  }

  it('that was refused keeps WeChat from being asked: the message waits until its latest useful time', async () => {
    const order = await worker().newPaidOrder();
    await answer(order, 'reject');
    expect(await attempt(order)).to.equal('waiting');
    expect(sent).to.deep.equal([]);
    await expectToWait(order, 1);
  });

  it('that nobody knows of is tried, and WeChat decides', async () => {
    const order = await worker().newPaidOrder();
    expect(await attempt(order)).to.equal('sent');
    const refused = await worker().newPaidOrder();
    expect(await attempt(refused, { answer: refuse })).to.equal('waiting');
    expect(sent).to.have.length(2);
    await expectToWait(refused, 1);
    expect((await rowOf(refused))?.facts).to.deep.equal({
      errorCode: 'MESSAGE_NOT_SUBSCRIBED',
      remoteCode: 43101,
    });
  });

  it('is used up by the message that was sent, one by each', async () => {
    const order = await worker().newPaidOrder();
    await answer(order, 'accept');
    await answer(order, 'accept');
    expect(await attempt(order)).to.equal('sent');
    expect(await consentOf(order)).to.include({ state: 'granted', left: 1 });
    expect(await attempt(order)).to.equal('already_settled');
    expect(await consentOf(order), 'once').to.include({ left: 1 });
  });

  it('is used up although the process died before it was counted', async () => {
    const order = await worker().newPaidOrder();
    await answer(order, 'accept');
    const use = () => Promise.reject(new AppError('STORE_UNAVAILABLE'));
    expect(await attempt(order, { consents: { use } })).to.equal('STORE_UNAVAILABLE');
    expect(await consentOf(order)).to.include({ left: 1 });
    expect(await attempt(order)).to.equal('already_settled');
    expect(await consentOf(order)).to.deep.equal({ state: 'unknown' });
    expect(sent).to.have.length(1);
  });

  it('that turned out to be worth nothing is taken back, with all that were counted then', async () => {
    const order = await worker().newPaidOrder();
    await answer(order, 'accept', earlier);
    await answer(order, 'accept', earlier);
    expect(await attempt(order, { answer: refuse })).to.equal('waiting');
    expect(await consentOf(order)).to.deep.equal({ state: 'unknown' });
    await expectToWait(order, 1);
  });

  it('that comes while WeChat refuses is not missed, nor taken back: the same attempt sends', async () => {
    const order = await worker().newPaidOrder();
    await answer(order, 'accept', earlier);
    let calls = 0;
    const refuseFirst = async () => {
      calls += 1;
      if (calls > 1) return { kind: 'sent' } as const;
      await answer(order, 'accept', earlier);
      return await refuse();
    };
    expect(await attempt(order, { answer: refuseFirst })).to.equal('sent');
    expect(await stateOf(order)).to.equal('sent');
    expect(await consentOf(order)).to.deep.equal({ state: 'unknown' });
  });

  it('that comes when nobody could wake the message any more is seen by the message itself', async () => {
    const order = await worker().newPaidOrder();
    await answer(order, 'reject', earlier);
    const { state } = storeOf().consents;
    let looks = 0;
    const comeAfterFirstLook: typeof state = async (recipient) => {
      const seen = await state(recipient);
      looks += 1;
      if (looks === 1) await answer(order, 'accept');
      return seen;
    };
    expect(await attempt(order, { consents: { state: comeAfterFirstLook } })).to.equal('sent');
    expect(sent).to.have.length(1);
  });

  it('that wakes the message before it is put off leaves it awake', async () => {
    const order = await worker().newPaidOrder();
    await answer(order, 'reject');
    const { orders, messages } = storeOf();
    const woken = { id: order.effectId, dueAt: new Date(), round: 2 };
    const renewEffect: typeof orders.renewEffect = async (...putOff) => {
      await orders.renewEffect({ mchId, outTradeNo: order.outTradeNo }, woken);
      await messages.wake(order.effectId, 1);
      return await orders.renewEffect(...putOff);
    };
    expect(await attempt(order, { orders: { renewEffect } })).to.equal('waiting');
    expect((await orderOf(order)).effects[0]).to.deep.include(woken);
  });

  it('is not asked for at WeChat again by a message that waits, whoever adds its job', async () => {
    const order = await worker().newPaidOrder();
    await attempt(order, { answer: refuse });
    expect(await attempt(order, { jobId: toCountedJobId(order.effectId, 'heal', 1) })).to.equal('waiting');
    expect(sent).to.have.length(1);
    await expectToWait(order, 2);
    await answer(order, 'accept');
    expect(await attempt(order, { jobId: toCountedJobId(order.effectId, 'heal', 2) })).to.equal('sent');
  });

  it('that another message has used by then lets the one that was woken wait again', async () => {
    const first = await worker().newPaidOrder();
    const second = await worker().newPaidOrder({ openId: first.openId });
    await attempt(first, { answer: refuse });
    await answer(first, 'accept');
    expect(await attempt(second)).to.equal('sent');
    expect(await storeOf().messages.wake(first.effectId, 1)).to.equal(true);
    expect(await attempt(first)).to.equal('waiting');
    expect(sent).to.have.length(2);
    await expectToWait(first, 3);
  });

  it('brings the effect back that a dead letter has settled, when its replay has to wait', async () => {
    const order = await worker().newPaidOrder();
    await withResultsRecorded(storeOf()).store({
      queue,
      jobId: order.effectId,
      jobName: 'send-subscribe-message',
      payload: { ...order, mchId, requestId: 'test' },
      errorCode: 'WECHAT_BUSY',
      reason: '',
      details: {},
      attempts: 8,
      firstAttemptAt: new Date(),
      failedAt: new Date(),
    });
    const reportId = toReportEffectId(order.effectId);
    expect((await orderOf(order)).effects.map(({ id }) => id)).to.deep.equal([reportId]);
    await storeOf().orders.settleEffect(mchId, order.outTradeNo, reportId, { event: 'undeliverable.told' });
    const jobId = toCountedJobId(order.effectId, 'replay', 1);
    expect(await attempt(order, { answer: refuse, jobId })).to.equal('waiting');
    await expectToWait(order, 1);
  });

  describe('which does not come', () => {
    const shop = {
      webhookUrl: 'https://shop.example.com/hook',
      webhookSecrets: [],
      allowPrivateNetwork: false,
      timeoutMs: 1_000,
    };
    const late = new Date(Date.now() - 3_600_001);

    function toShop(events: readonly string[]): Pick<AttemptChanges, 'directory'> {
      const merchant = { ...plainMerchant, mchId, shop: { ...shop, events } } as unknown as Merchant;
      const { apps } = worker().context.config.directory;
      return { directory: { merchants: new Map([[mchId, merchant]]), apps } };
    }
    const wantsToHear = () => toShop(['message.*']);
    const effectsOf = async (order: PaidOrder) => (await orderOf(order)).effects.map(({ id }) => id);

    it('lets the message expire at its latest useful time, and the order says why', async () => {
      const order = await worker().newPaidOrder({ paidAt: late });
      const { messages } = storeOf();
      const { openId, outTradeNo, effectId: key } = order;
      const usefulUntil = new Date(Date.now() - 1);
      await messages.open({ key, mchId, appId, openId, templateId, outTradeNo, usefulUntil });
      await messages.wait(key, { errorCode: 'MESSAGE_NOT_SUBSCRIBED' });
      expect(await attempt(order)).to.equal('expired');
      expect(sent).to.deep.equal([]);
      const { effects, timeLine } = await orderOf(order);
      expect(effects).to.deep.equal([]);
      expect(timeLine.at(-1)).to.include({ event: 'message.expired', errorCode: 'MESSAGE_NOT_SUBSCRIBED' });
    });

    it('is told to the shop, as an effect of the order, if it wants to hear of it', async () => {
      const order = await worker().newPaidOrder({ paidAt: late });
      expect(await attempt(order, wantsToHear())).to.equal('expired');
      expect(await effectsOf(order)).to.deep.equal([toReportEffectId(order.effectId)]);
      const other = await worker().newPaidOrder({ paidAt: late });
      expect(await attempt(other, toShop(['refund.*']))).to.equal('expired');
      expect(await effectsOf(other)).to.deep.equal([]);
    });

    it('is told after a crash between the row and the order too', async () => {
      const order = await worker().newPaidOrder({ paidAt: late });
      const settleEffect = () => Promise.reject(new AppError('STORE_UNAVAILABLE'));
      const crash = { ...wantsToHear(), orders: { settleEffect } };
      expect(await attempt(order, crash)).to.equal('STORE_UNAVAILABLE');
      expect(await attempt(order, wantsToHear())).to.equal('expired');
      expect(await effectsOf(order)).to.deep.equal([toReportEffectId(order.effectId)]);
    });

    it('is told of a message whose answer nobody saw', async () => {
      const order = await worker().newPaidOrder();
      const silence = async () => ({ kind: 'unknown', error: new AppError('WECHAT_UNREACHABLE') }) as const;
      expect(await attempt(order, { ...wantsToHear(), answer: silence })).to.equal('unknown');
      expect(await effectsOf(order)).to.deep.equal([toReportEffectId(order.effectId)]);
    });

    for (const code of ['MESSAGE_REFUSED', 'WECHAT_CREDENTIALS_REFUSED'] as const) {
      it(`is not told of a message before its dead letter is stored: ${code}`, async () => {
        const order = await worker().newPaidOrder();
        const error = new AppError(code);
        const refuse = async () => ({ kind: 'refused', error }) as const;
        for (const _time of [1, 2])
          expect(await attempt(order, { ...wantsToHear(), answer: refuse })).to.equal(code);
        expect(await effectsOf(order)).to.deep.equal([order.effectId]);
      });
    }
  });
});
