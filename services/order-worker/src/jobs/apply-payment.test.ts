import type { JobData } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { Order } from '@huidiao/store';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  firstAttempt,
  mchId,
  outcomeOf,
  toApplyPayment,
  toDirectory,
  useOrderWorker,
} from '../order-worker.fixture.test.ts';
import { type ApplyPaymentDeps, createApplyPayment } from './apply-payment.ts';
import { createKeepCallback } from './keep-callback.ts';

describe('apply-payment', () => {
  const { deps, told, added, newOrder, find } = useOrderWorker();
  const { orders, callbacks } = deps.store;

  const apply = (order: Order, changed: Partial<ApplyPaymentDeps> = {}, job = toApplyPayment(order)) =>
    outcomeOf(createApplyPayment({ ...deps, ...changed })(job, firstAttempt('job-1')));
  const fulfilmentOf = ({ outTradeNo }: Order) => `fulfil-order_${mchId}_${outTradeNo}`;

  /** A store whose `pay` goes so. */
  const storeWith = (pay: ApplyPaymentDeps['store']['orders']['pay']): ApplyPaymentDeps['store'] => ({
    ...deps.store,
    orders: { ...orders, pay },
  });

  /** Writes something else into the order, as another process would. */
  let notes = 0;
  async function change({ outTradeNo }: Order): Promise<void> {
    notes += 1;
    await orders.noteEvent(mchId, outTradeNo, `note-${notes}`, { event: 'noted' });
  }

  it('leaves the fulfilment in the order until it is settled, and adds its job at once', async () => {
    const order = await newOrder();
    expect(await apply(order)).to.equal('paid');
    const { status, effects } = await find(order);
    expect(status).to.equal('paid');
    expect(effects.map(({ id }) => id)).to.deep.equal([fulfilmentOf(order)]);
    expect(added.map(({ id }) => id)).to.deep.equal([fulfilmentOf(order)]);
    expect(await callbacks.find(toApplyPayment(order).callbackKey)).to.include({ outcome: 'paid' });
  });

  it('pays the order once, and plans one fulfilment, when 16 run at once', async () => {
    const order = await newOrder();
    const outcomes = await Promise.all(Array.from({ length: 16 }, () => apply(order)));
    expect(outcomes.toSorted()).to.deep.equal([...Array(15).fill('already_applied'), 'paid']);
    expect(added).to.have.length(1);
    const { effects, timeLine } = await find(order);
    expect(effects).to.have.length(1);
    expect(timeLine.filter(({ event }) => event === 'paid')).to.have.length(1);
  });

  it('brings back no fulfilment that is settled when it comes again, and the ledger still says paid', async () => {
    const order = await newOrder();
    await apply(order);
    await orders.settleEffect(mchId, order.outTradeNo, fulfilmentOf(order), { event: 'settled' });
    const before = await find(order);
    expect(await apply(order)).to.equal('already_applied');
    expect(await find(order)).to.deep.equal(before);
    expect(added).to.have.length(1);
    const entry = await callbacks.find(toApplyPayment(order).callbackKey);
    expect(entry).to.include({ outcome: 'paid', times: 2 });
  });

  it('reads the order again when it changed meanwhile', async () => {
    const order = await newOrder();
    let pays = 0;
    const store = storeWith(async (...paying) => {
      pays += 1;
      if (pays === 1) await change(order);
      return await orders.pay(...paying);
    });
    expect(await apply(order, { store })).to.equal('paid');
    expect(pays).to.equal(2);
    expect(added).to.have.length(1);
  });

  it('comes back later when the order changes all the time, and has then added nothing', async () => {
    const order = await newOrder();
    const store = storeWith(async (...paying) => {
      await change(order);
      return await orders.pay(...paying);
    });
    expect(await apply(order, { store })).to.equal('ORDER_CHANGED_MEANWHILE');
    expect(added).to.deep.equal([]);
    expect(await apply(order)).to.equal('paid');
  });

  it('adds no job before the order says that it is paid', async () => {
    const order = await newOrder();
    const store = storeWith(() => Promise.reject(new AppError('STORE_UNAVAILABLE')));
    expect(await apply(order, { store })).to.equal('STORE_UNAVAILABLE');
    expect(added).to.deep.equal([]);
  });

  it('loses no fulfilment whose job could not be added: it stays in the order for the reconciler', async () => {
    const order = await newOrder();
    const producer = { add: () => Promise.reject(new AppError('QUEUE_UNAVAILABLE')) };
    expect(await apply(order, { producer })).to.equal('paid');
    const { effects } = await find(order);
    expect(effects.map(({ id }) => id)).to.deep.equal([fulfilmentOf(order)]);
    expect(Number(effects[0]?.dueAt) - Date.now()).to.be.within(0, deps.effectGraceMs);
  });

  it('comes again when the ledger could not be written, and then finds the order paid', async () => {
    const order = await newOrder();
    const record = () => Promise.reject(new AppError('STORE_UNAVAILABLE'));
    const store = { ...deps.store, callbacks: { ...callbacks, record } };
    expect(await apply(order, { store })).to.equal('STORE_UNAVAILABLE');
    expect(await apply(order)).to.equal('already_applied');
    expect(await callbacks.find(toApplyPayment(order).callbackKey)).to.include({ outcome: 'paid' });
  });

  it('is put off in a process that does not know the merchant, and the order stays as it is', async () => {
    const order = await newOrder();
    const directory = toDirectory({ knowsMerchant: false });
    expect(await apply(order, { directory })).to.equal('MERCHANT_NOT_CONFIGURED');
    expect(await find(order)).to.deep.equal(order);
  });

  it('notes a refusal once in the order, however often it runs, and plans nothing', async () => {
    const order = await newOrder();
    const job = toApplyPayment({ ...order, amountFen: 1 });
    for (let run = 0; run < 2; run += 1) expect(await apply(order, {}, job)).to.equal('ORDER_AMOUNT_DIFFERS');
    const { status, effects, timeLine } = await find(order);
    expect({ status, effects }).to.deep.equal({ status: 'created', effects: [] });
    expect(timeLine.filter(({ event }) => event === 'payment.amount_differs')).to.have.length(1);
    expect(await callbacks.find(job.callbackKey)).to.include({ outcome: 'payment.amount_differs' });
    expect(added).to.deep.equal([]);
    expect(told).to.deep.equal([]);
  });
});

describe('keep-callback', () => {
  const { deps } = useOrderWorker();

  for (const [reason, code] of [
    ['unknown_type', 'CALLBACK_TYPE_UNKNOWN'],
    ['schema_refused', 'CALLBACK_NOT_UNDERSTOOD'],
  ] as const) {
    it(`enters a callback in the ledger before it becomes a dead letter: ${reason}`, async () => {
      const job: JobData<'keep-callback'> = {
        requestId: 'request-1',
        callbackKey: `key-${reason}`,
        notificationId: 'notification-1',
        receivedAt: '2026-11-22T08:00:00.000Z',
        mchId,
        eventType: 'SOMETHING.NEW',
        reason,
        problem: 'problem',
        isForwarded: false,
        body: '{}',
        bodyEncoding: 'utf8',
      };
      expect(await outcomeOf(createKeepCallback(deps)(job))).to.equal(code);
      expect(await deps.store.callbacks.find(job.callbackKey)).to.include({ outcome: reason });
    });

    it(`makes no dead letter of one that somebody else gets whole: ${reason}`, async () => {
      const job: JobData<'keep-callback'> = {
        requestId: 'request-1',
        callbackKey: `forwarded-${reason}`,
        notificationId: 'notification-1',
        receivedAt: '2026-11-22T08:00:00.000Z',
        appId: 'wx8888888888888888',
        eventType: 'something_new',
        reason,
        problem: 'problem',
        isForwarded: true,
        body: '{}',
        bodyEncoding: 'utf8',
      };
      expect(await outcomeOf(createKeepCallback(deps)(job))).to.equal('forwarded');
      const { callbackKey, appId } = job;
      expect(await deps.store.callbacks.find(callbackKey)).to.include({ outcome: 'forwarded', appId });
    });
  }
});
