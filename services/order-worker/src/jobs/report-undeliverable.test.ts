import { toEffectId, toReportEffectId } from '@huidiao/contracts';
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
import { createReportUndeliverable, type ReportUndeliverableDeps } from './report-undeliverable.ts';

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
    if (state === 'queued') await messages.requeue(key, facts);
    else await messages.settle(key, state, facts);
    const effectId = toReportEffectId(key);
    const effect = { id: effectId, job: 'report-undeliverable', dueAt: new Date(), requestId: 'r' } as const;
    await orders.noteEvent(mchId, outTradeNo, 'ended', { event: 'ended' }, [effect]);
    return { order, key, job: { mchId, outTradeNo, effectId, requestId: 'r' } };
  }
  const report = (
    job: Awaited<ReturnType<typeof ended>>['job'],
    changed: Partial<ReportUndeliverableDeps> = {},
  ) => outcomeOf(createReportUndeliverable({ ...deps, ...changed })(job));
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

  it('stays in the order until the shop has answered, and has one id', async () => {
    const { order, job } = await ended('expired');
    const ids: string[] = [];
    const tell = async (_merchant: unknown, id: string) => {
      ids.push(id);
      throw new AppError('SHOP_REFUSED');
    };
    const shop = { ...deps.shop, tell };
    for (const _time of [1, 2]) expect(await report(job, { shop })).to.equal('SHOP_REFUSED');
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
    const directory = toDirectory({ knowsMerchant: false });
    expect(await report(job, { directory })).to.equal('MERCHANT_NOT_CONFIGURED');
  });
});
