import { randomBytes } from 'node:crypto';
import { toEffectId, toMessageKey, toReportEffectId } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { type Order, type SettledState, withResultsRecorded } from '@huidiao/store';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  appId,
  mchId,
  openId,
  outcomeOf,
  toDirectory,
  useOrderWorker,
} from '../order-worker.fixture.test.ts';
import {
  createReportMessage,
  createReportUndeliverable,
  type ReportUndeliverableDeps,
} from './report-undeliverable.ts';

const shop = { webhookUrl: 'https://a.example', webhookSecrets: [], allowPrivateNetwork: false };
const toListening = (events: string[]) =>
  toDirectory({ merchant: { shop: { ...shop, events, timeoutMs: 1_000 } } });
const directory = toListening(['message.undeliverable']);
const deaf = toListening([]);

describe('report-undeliverable', () => {
  const { deps, told, newPaidOrder, find } = useOrderWorker();
  const { orders, messages } = deps.store;

  /** A message that ended so, of an order that waits for the shop to hear of it. */
  async function ended(state: SettledState | 'queued', facts: Record<string, string> = {}) {
    const order = await newPaidOrder();
    const { outTradeNo } = order;
    const key = toEffectId('send-subscribe-message', mchId, outTradeNo, 'order_paid');
    const usefulUntil = new Date();
    await messages.open({ key, mchId, appId, openId, templateId: 'template-1', outTradeNo, usefulUntil });
    if (state !== 'expired') await messages.beginSending(key, 'sending-1');
    if (state === 'queued') {
      await messages.requeue(key, facts);
      await messages.giveUp(key, facts);
    } else await messages.settle(key, state, facts);
    const effectId = toReportEffectId(key);
    const effect = { id: effectId, job: 'report-undeliverable', dueAt: new Date(), requestId: 'r' } as const;
    await orders.noteEvent(mchId, outTradeNo, 'ended', { event: 'ended' }, [effect]);
    return { order, key, job: { mchId, outTradeNo, effectId, requestId: 'r' } };
  }
  const report = (
    job: Awaited<ReturnType<typeof ended>>['job'],
    changed: Partial<ReportUndeliverableDeps> = {},
  ) => outcomeOf(createReportUndeliverable({ ...deps, directory, ...changed })(job));
  const waits = async (order: Order, effectId: string) =>
    (await find(order)).effects.some(({ id }) => id === effectId);

  const endings: [state: SettledState | 'queued', facts: Record<string, string>, told: object][] = [
    [
      'expired',
      { errorCode: 'MESSAGE_NOT_SUBSCRIBED' },
      { state: 'expired', reason: 'MESSAGE_NOT_SUBSCRIBED' },
    ],
    ['unknown', { errorCode: 'WECHAT_UNREACHABLE' }, { state: 'unknown', reason: 'WECHAT_UNREACHABLE' }],
    ['refused', { reportStatus: 'user block' }, { state: 'refused', reason: 'user block' }],
    ['queued', { errorCode: 'MESSAGE_REFUSED' }, { state: 'refused', reason: 'MESSAGE_REFUSED' }],
  ];
  for (const [state, facts, expected] of endings) {
    it(`tells the shop of a message that is ${state}, and the order that it was told`, async () => {
      const { order, key, job } = await ended(state, facts);
      expect(await report(job)).to.equal('told');
      expect(told).to.have.length(1);
      expect(told[0]?.id).to.equal(`message.undeliverable_${key}`);
      expect(told[0]?.webhook).to.deep.include({ type: 'message.undeliverable' });
      expect(told[0]?.webhook.data).to.deep.equal({
        mchid: mchId,
        appid: appId,
        out_trade_no: order.outTradeNo,
        openid: openId,
        template_id: 'template-1',
        ...expected,
      });
      expect(await waits(order, job.effectId)).to.equal(false);
      expect((await find(order)).timeLine.at(-1)).to.include({
        event: 'undeliverable.told',
        httpStatus: 200,
      });
    });
  }

  for (const state of ['sent', 'delivered'] as const) {
    it(`tells nobody of a message that has arrived since: ${state}`, async () => {
      const { order, job } = await ended(state);
      expect(await report(job)).to.equal('not_needed');
      expect(told).to.deep.equal([]);
      expect(await waits(order, job.effectId)).to.equal(false);
    });
  }

  it('tells nobody of a message that is queued still, and not a dead letter', async () => {
    const { order, key, job } = await ended('queued', { errorCode: 'WECHAT_BUSY' });
    await messages.beginSending(key, 'sending-2');
    await messages.requeue(key, { errorCode: 'WECHAT_BUSY' });
    expect(await report(job)).to.equal('not_needed');
    expect(told).to.deep.equal([]);
    expect(await waits(order, job.effectId)).to.equal(false);
  });

  it('tells no shop that does not want to hear of it', async () => {
    const { order, job } = await ended('expired');
    expect(await report(job, { directory: deaf })).to.equal('not_needed');
    expect(told).to.deep.equal([]);
    expect(await waits(order, job.effectId)).to.equal(false);
  });

  it('stays in the order until the shop has answered, and has one id', async () => {
    const { order, job } = await ended('expired');
    const ids: string[] = [];
    const tell = async (_merchant: unknown, id: string) => {
      ids.push(id);
      throw new AppError('SHOP_REFUSED');
    };
    for (const _time of [1, 2])
      expect(await report(job, { shop: { ...deps.shop, tell } })).to.equal('SHOP_REFUSED');
    expect(await waits(order, job.effectId)).to.equal(true);
    expect(new Set(ids).size).to.equal(1);
  });

  it('leaves the order when its dead letter is stored', async () => {
    const { order, job } = await ended('expired');
    await withResultsRecorded(deps.store).store({
      queue: 'event-forwarding',
      jobId: job.effectId,
      jobName: 'report-undeliverable',
      payload: job,
      errorCode: 'SHOP_REFUSED',
      reason: '',
      details: {},
      attempts: 100,
      firstAttemptAt: new Date(),
      failedAt: new Date(),
    });
    expect(await waits(order, job.effectId)).to.equal(false);
  });

  it('waits where this process does not know the merchant', async () => {
    const { job } = await ended('expired');
    const unknown = toDirectory({ knowsMerchant: false });
    expect(await report(job, { directory: unknown })).to.equal('MERCHANT_NOT_CONFIGURED');
  });
});

describe('report-message', () => {
  const { deps, told } = useOrderWorker();
  const { messages } = deps.store;
  /** A message that somebody asked for and that ended so. */
  async function ended(state: SettledState | 'queued', withFallback = false) {
    const messageId = randomBytes(16).toString('hex');
    const key = toMessageKey(mchId, messageId);
    const names = { mchId, appId, openId, templateId: 'template-1', idempotencyKey: `k-${messageId}` };
    const content = { channel: 'template', contentHash: 'hash', sealed: 'sealed' } as const;
    const now = new Date();
    const message = { ...names, ...content, key, messageId, usefulUntil: now };
    const fallbackId = randomBytes(16).toString('hex');
    const fallback = { ...message, messageId: fallbackId, key: toMessageKey(mchId, fallbackId) };
    const asked = { ...message, sendAt: now, requestId: 'r', lane: 'live' as const };
    await messages.request({ ...asked, ...(withFallback && { fallback }) }, now);
    const facts = { errorCode: 'MESSAGE_REFUSED' };
    if (state !== 'expired' && state !== 'queued') await messages.beginSending(key, 'sending-1');
    if (state === 'queued') await messages.giveUp(key, facts);
    else await messages.settle(key, state, facts);
    return { key, messageId, job: { mchId, messageKey: key, requestId: 'r' } };
  }
  const report = (
    job: Awaited<ReturnType<typeof ended>>['job'],
    changed: Partial<ReportUndeliverableDeps> = {},
  ) => outcomeOf(createReportMessage({ ...deps, directory, ...changed })(job));
  const isDue = async (key: string) => (await messages.find(key))?.dueAt !== undefined;

  for (const state of ['refused', 'expired', 'unknown'] as const) {
    it(`tells the shop, once, of a message that no order asked for and that is ${state}`, async () => {
      const { key, messageId, job } = await ended(state);
      expect(await isDue(key)).to.equal(true);
      expect(await report(job)).to.equal('told');
      expect(told.map(({ id, webhook }) => [id, webhook.type])).to.deep.equal([
        [`message.undeliverable_${key}`, 'message.undeliverable'],
      ]);
      expect(told[0]?.webhook.data).to.deep.equal({
        mchid: mchId,
        appid: appId,
        message_id: messageId,
        idempotency_key: `k-${messageId}`,
        openid: openId,
        template_id: 'template-1',
        state,
        reason: 'MESSAGE_REFUSED',
      });
      expect(await isDue(key)).to.equal(false);
    });
  }

  it('tells nobody where the shop does not want to hear of it, the message arrived, or another one takes its place', async () => {
    const refused = await ended('refused');
    expect(await report(refused.job, { directory: deaf })).to.equal('not_needed');
    expect(await isDue(refused.key)).to.equal(false);
    expect(await report((await ended('sent')).job)).to.equal('not_needed');
    const replaced = await ended('refused', true);
    expect(await report(replaced.job)).to.equal('not_needed');
    expect(await isDue(replaced.key), 'its fallback is still to be opened').to.equal(true);
    await messages.openFallback(replaced.key, 'refused');
    expect(await report(replaced.job)).to.equal('not_needed');
    expect(told).to.deep.equal([]);
  });

  it('tells the shop of one that is a dead letter, as refused, and leaves it to its replay', async () => {
    const { key, job } = await ended('queued');
    expect(await report(job)).to.equal('told');
    expect(told[0]?.webhook.data).to.include({ state: 'refused', reason: 'MESSAGE_REFUSED' });
    expect(await messages.find(key)).to.include({ state: 'queued' });
    expect(await isDue(key)).to.equal(false);
  });

  it('goes on until the shop has answered, or its dead letter is stored', async () => {
    const { key, job } = await ended('expired');
    const tell = () => Promise.reject(new AppError('SHOP_REFUSED'));
    expect(await report(job, { shop: { ...deps.shop, tell } })).to.equal('SHOP_REFUSED');
    expect(await isDue(key)).to.equal(true);
    const named = { queue: 'event-forwarding', jobId: 'report-message_1', jobName: 'report-message' };
    const at = { attempts: 100, firstAttemptAt: new Date(), failedAt: new Date() };
    const died = { ...named, ...at, payload: job, errorCode: 'SHOP_REFUSED', reason: '', details: {} };
    await withResultsRecorded(deps.store).store(died);
    expect(await isDue(key)).to.equal(false);
  });
});
