import { type Merchant, toApplyPaymentJobId, toApplyRefundJobId, toEffectId } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { Order } from '@huidiao/store';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  firstAttempt,
  mchId,
  outcomeOf,
  toApplyPayment,
  toApplyRefund,
  toDirectory,
  toFulfilOrder,
  useOrderWorker,
  type WorkerDeps,
} from '../order-worker.fixture.test.ts';
import { createApplyPayment } from './apply-payment.ts';
import { type ApplyRefund, createApplyRefund } from './apply-refund.ts';
import { createFulfilOrder } from './fulfil-order.ts';

describe('apply-refund', () => {
  const { deps, told, added, newOrder, newPaidOrder, find } = useOrderWorker();

  const attemptOf = (job: ApplyRefund) => firstAttempt(toApplyRefundJobId(job.refund));
  const refund = (
    order: Order,
    changes: Parameters<typeof toApplyRefund>[1] = {},
    changed: Partial<WorkerDeps> = {},
  ) => {
    const job = toApplyRefund(order, changes);
    return outcomeOf(createApplyRefund({ ...deps, ...changed })(job, attemptOf(job)));
  };
  const pay = (order: Order, refundSeen?: true) => {
    const job = toApplyPayment(order);
    const payment = { ...job.payment, ...(refundSeen && { refundSeen }) };
    const key = `payment_${payment.transactionId}_${refundSeen}`;
    const paid = createApplyPayment(deps)({ ...job, callbackKey: key, payment }, paymentAttempt(payment));
    return outcomeOf(paid);
  };
  const paymentAttempt = (payment: Parameters<typeof toApplyPaymentJobId>[0]) =>
    firstAttempt(toApplyPaymentJobId(payment));
  const fulfil = (order: Order) =>
    outcomeOf(createFulfilOrder(deps)(toFulfilOrder(order), firstAttempt('fulfil')));
  const fulfilmentOf = ({ outTradeNo }: Order) => toEffectId('fulfil-order', mchId, outTradeNo);

  /** The dead letter of a payment, as the queue makes it. */
  async function buryPayment(order: Order, refundSeen: boolean, errorCode: string): Promise<string> {
    const job = toApplyPayment(order);
    const jobId = toApplyPaymentJobId({ ...job.payment, refundSeen });
    await deps.store.deadLetters.store({
      queue: 'payment-event',
      jobId,
      jobName: 'apply-payment',
      payload: job,
      errorCode,
      reason: '',
      details: {},
      attempts: 1,
      firstAttemptAt: new Date(),
      failedAt: new Date(),
    });
    return jobId;
  }
  const letterState = async (jobId: string) =>
    (await deps.store.deadLetters.find('payment-event', jobId))?.state;

  describe('before the payment is heard of', () => {
    it('is kept, and WeChat Pay is asked about the order at once', async () => {
      const order = await newOrder();
      const before = new Date();
      expect(await refund(order)).to.equal('recorded');
      const after = await find(order);
      const { refundId, outRefundNo } = toApplyRefund(order).refund;
      expect(after.status).to.equal('created');
      expect(after.refunds).to.have.length(1);
      expect(after.refunds[0]).to.include({ refundId, outRefundNo, status: 'SUCCESS', refundFen: 8_800 });
      expect(after.nextQueryAt?.getTime()).to.be.within(before.getTime(), Date.now());
      expect(after.timeLine.at(-1)).to.include({ event: 'refund.succeeded', refundId, refundFen: 8_800 });
    });

    it('in full, lets the payment be paid and held, without a dead letter, and nothing is delivered', async () => {
      for (const refundSeen of [undefined, true] as const) {
        const order = await newOrder();
        await refund(order);
        expect(await pay(order, refundSeen)).to.equal('refunded');
        expect(await find(order)).to.deep.include({ status: 'paid', held: 'refunded', effects: [] });
        expect(await fulfil(order)).to.equal('held');
      }
      expect({ told, added }).to.deep.equal({ told: [], added: [] });
    });

    it('in part, lets the rest be delivered, also when the payment says REFUND', async () => {
      for (const refundSeen of [undefined, true] as const) {
        const order = await newOrder();
        await refund(order, { refundFen: 100 });
        expect(await pay(order, refundSeen)).to.equal('paid');
        expect(await fulfil(order)).to.equal('fulfilled');
      }
      expect(told).to.have.length(2);
    });
  });

  describe('before the shop has accepted the order', () => {
    it('in full, takes its effects out and holds it: it is not fulfilled', async () => {
      const order = await newPaidOrder();
      expect(await refund(order)).to.equal('held');
      const after = await find(order);
      expect(after).to.deep.include({ status: 'paid', held: 'refunded', effects: [] });
      expect(after.timeLine.at(-1)).to.include({ event: 'refund.succeeded', held: 'refunded' });
      expect(await deps.store.callbacks.find(toApplyRefund(order).callbackKey)).to.include({
        outcome: 'refunded',
        eventType: 'refund.succeeded',
        outTradeNo: order.outTradeNo,
      });
      expect(await fulfil(order)).to.equal('held');
      expect(told).to.deep.equal([]);
    });

    it('in full by several refunds, holds it with the last one', async () => {
      const order = await newPaidOrder();
      expect(await refund(order, { refundId: 'one', refundFen: 8_799 })).to.equal('recorded');
      expect((await find(order)).effects).to.have.length(1);
      expect(await refund(order, { refundId: 'two', refundFen: 1 })).to.equal('held');
    });

    it('in part, or hanging, or failed, changes nothing about the delivery', async () => {
      const order = await newPaidOrder();
      await refund(order, { refundId: 'part', refundFen: 100 });
      await refund(order, { refundId: 'hangs', type: 'refund.abnormal' });
      await refund(order, { refundId: 'failed', type: 'refund.closed' });
      expect((await find(order)).effects.map(({ id }) => id)).to.deep.equal([fulfilmentOf(order)]);
      expect(await fulfil(order)).to.equal('fulfilled');
    });
  });

  it('of an order that was delivered is kept, and nothing more', async () => {
    const order = await newPaidOrder();
    await fulfil(order);
    expect(await refund(order)).to.equal('recorded');
    const after = await find(order);
    expect(after).to.include({ status: 'fulfilled' }).and.not.to.have.property('held');
    expect(after.refunds).to.have.length(1);
    expect(after.effects.map(({ job }) => job)).to.deep.equal(['send-subscribe-message']);
  });

  it('that is told while the shop answers leaves the order held, and the time line says that it was told', async () => {
    const order = await newPaidOrder();
    const tell = async () => {
      await refund(order);
      return { httpStatus: 200 };
    };
    const shop = { ...deps.shop, tell };
    const telling = createFulfilOrder({ ...deps, shop })(toFulfilOrder(order), firstAttempt('fulfil'));
    expect(await outcomeOf(telling)).to.equal('held');
    const after = await find(order);
    expect(after).to.deep.include({ status: 'paid', held: 'refunded' });
    expect(after.timeLine.at(-1)).to.include({ event: 'shop.told_of_held', httpStatus: 200 });
  });

  describe('of an order that is held because some refund was seen', () => {
    async function newHeldOrder() {
      const order = await newOrder();
      expect(await pay(order, true)).to.equal('ORDER_REFUND_SEEN');
      return { order, letter: await buryPayment(order, true, 'ORDER_REFUND_SEEN') };
    }

    it('in full, leaves nothing to decide: it stays held, and the dead letter is resolved', async () => {
      const { order, letter } = await newHeldOrder();
      expect(await refund(order)).to.equal('held');
      expect(await find(order)).to.deep.include({ status: 'paid', held: 'refunded', effects: [] });
      expect(await letterState(letter)).to.equal('resolved');
    });

    it('in part, explains what was seen: it is delivered, and the dead letter is resolved', async () => {
      const { order, letter } = await newHeldOrder();
      expect(await refund(order, { refundFen: 100 })).to.equal('released');
      const after = await find(order);
      expect(after).to.include({ status: 'paid' }).and.not.to.have.property('held');
      expect(after.effects.map(({ id }) => id)).to.deep.equal([fulfilmentOf(order)]);
      expect(added.map(({ id }) => id)).to.deep.equal([fulfilmentOf(order)]);
      expect(after.timeLine.at(-1)).to.include({ event: 'released', because: 'refunded_in_part' });
      expect(await letterState(letter)).to.equal('resolved');
    });

    it('that hangs or failed, decides nothing', async () => {
      for (const type of ['refund.abnormal', 'refund.closed'] as const) {
        const { order, letter } = await newHeldOrder();
        expect(await refund(order, { type })).to.equal('recorded');
        expect(await find(order)).to.include({ held: 'refund_seen' });
        expect(await letterState(letter)).to.equal('open');
      }
    });

    it('has its dead letter resolved although the process died before that', async () => {
      const { order, letter } = await newHeldOrder();
      const resolve = () => Promise.reject(new AppError('STORE_UNAVAILABLE'));
      const store = { ...deps.store, deadLetters: { ...deps.store.deadLetters, resolve } };
      expect(await refund(order, {}, { store })).to.equal('STORE_UNAVAILABLE');
      expect(await refund(order)).to.equal('known');
      expect(await letterState(letter)).to.equal('resolved');
    });
  });

  describe('told again', () => {
    it('is one refund, and adopted once', async () => {
      const states: unknown[] = [];
      const adoptedRefunds = { inc: (labels: unknown) => void states.push(labels) };
      const order = await newPaidOrder();
      const outcomes = await Promise.all([1, 2, 3, 4].map(() => refund(order, {}, { adoptedRefunds })));
      expect(outcomes.toSorted()).to.deep.equal(['held', 'known', 'known', 'known']);
      const after = await find(order);
      expect(after.refunds).to.have.length(1);
      expect(after.timeLine.filter(({ event }) => event === 'refund.succeeded')).to.have.length(1);
      expect(states).to.deep.equal([{ state: 'succeeded' }]);
      expect(await deps.store.callbacks.find(toApplyRefund(order).callbackKey)).to.include({ times: 4 });
    });

    it('goes from ABNORMAL to SUCCESS, and never back', async () => {
      const order = await newPaidOrder();
      expect(await refund(order, { type: 'refund.abnormal' })).to.equal('recorded');
      expect(await refund(order)).to.equal('held');
      expect(await refund(order, { type: 'refund.abnormal' })).to.equal('known');
      expect(await refund(order, { type: 'refund.closed' })).to.equal('known');
      expect((await find(order)).refunds.map(({ status }) => status)).to.deep.equal(['SUCCESS']);
    });
  });

  describe('of a second payment', () => {
    async function newPaidTwice() {
      const order = await newPaidOrder();
      const job = toApplyPayment(order);
      const transactionId = `second${order.outTradeNo.slice(2)}`;
      const payment = { ...job.payment, transactionId };
      const second = { ...job, callbackKey: `payment_${transactionId}`, payment };
      const paying = createApplyPayment(deps)(second, firstAttempt('second'));
      expect(await outcomeOf(paying)).to.equal('ORDER_PAID_TWICE');
      const jobId = toApplyPaymentJobId({ ...payment });
      const letter = { queue: 'payment-event', jobName: 'apply-payment', payload: second, reason: '' };
      const at = { firstAttemptAt: new Date(), failedAt: new Date() };
      const errorCode = 'ORDER_PAID_TWICE';
      await deps.store.deadLetters.store({ ...letter, ...at, jobId, errorCode, details: {}, attempts: 1 });
      return { order, transactionId, jobId };
    }

    it('is one of that payment alone: the order goes on, and nobody has to see to the payment any more', async () => {
      const { order, transactionId, jobId } = await newPaidTwice();
      const part = { transactionId, refundId: `part${order.outTradeNo}`.replaceAll('-', ''), refundFen: 800 };
      expect(await refund(order, { ...part, outRefundNo: 'part' })).to.equal('recorded');
      expect(await letterState(jobId), 'a part is not all').to.equal('open');
      expect(await refund(order, { transactionId, refundFen: 8_000 })).to.equal('recorded');
      expect(await letterState(jobId)).to.equal('resolved');
      const after = await find(order);
      expect(after).to.deep.include({ status: 'paid', effects: order.effects });
      expect(after.held).to.equal(undefined);
      expect(
        await refund(order, { refundId: `own${order.outTradeNo.slice(2)}`, outRefundNo: 'own' }),
      ).to.equal('held');
    });

    it('does not fit where it names another total than that payment', async () => {
      const { order, transactionId } = await newPaidTwice();
      expect(await refund(order, { transactionId, totalFen: 9_000 })).to.equal('REFUND_DIFFERS');
    });
  });

  it('tells the buyer, once, where the app has a template for it', async () => {
    const order = await newPaidOrder();
    const template = { templateId: 'template-2', page: undefined, data: {}, usefulForMs: 3_600_000 };
    const directory = toDirectory({
      app: { templates: { orderPaid: undefined, refundSucceeded: template } },
    });
    const { refundId } = toApplyRefund(order).refund;
    expect(await refund(order, { type: 'refund.abnormal' }, { directory })).to.equal('recorded');
    expect(added, 'no money has come back').to.deep.equal([]);
    await refund(order, {}, { directory });
    await refund(order, {}, { directory });
    const subject = `refund_succeeded_${refundId}`;
    const id = toEffectId('send-subscribe-message', mchId, order.outTradeNo, subject);
    expect(added.map((job) => job.id)).to.deep.equal([id]);
    const { effects, held } = await find(order);
    expect([effects.map((effect) => effect.id), held]).to.deep.equal([[id], 'refunded']);
  });

  describe('that does not fit the order', () => {
    const cases: [what: string, changes: Parameters<typeof toApplyRefund>[1], details: object][] = [
      ['of another total', { totalFen: 8_801 }, { orderAmountFen: 8_800, refundedTotalFen: 8_801 }],
      ['of more than the total', { refundFen: 8_801 }, { refundedTotalFen: 8_800, refundFen: 8_801 }],
      ['of another transaction', { transactionId: 'other' }, { refundedTransactionId: 'other' }],
    ];
    for (const [what, changes, details] of cases) {
      it(`is a dead letter that names both figures, and leaves the order as it is: ${what}`, async () => {
        const order = await newPaidOrder();
        const job = toApplyRefund(order, changes);
        const error = await createApplyRefund(deps)(job, attemptOf(job)).catch((thrown: unknown) => thrown);
        expect(error).to.include({ code: 'REFUND_DIFFERS', kind: 'permanent' });
        expect((error as AppError).details).to.include({
          orderTransactionId: order.transactionId,
          ...details,
        });
        const after = await find(order);
        expect(after).to.deep.include({ refunds: [], effects: order.effects });
        expect(after.timeLine.at(-1)).to.include({ event: 'refund.differs' });
        expect(await deps.store.callbacks.find(job.callbackKey)).to.include({ outcome: 'refund.differs' });
      });
    }

    it('because it is of another merchant below the service provider, where the order names one', async () => {
      const order = await newOrder({ subMchId: '1900000109' });
      expect(await refund(order, { subMchId: '1900000110' })).to.equal('REFUND_DIFFERS');
      expect(await refund(order, { subMchId: '1900000109' })).to.equal('recorded');
    });
  });

  it('gives a payment back that came too late: nobody has to see to it any more', async () => {
    const order = await newOrder();
    await deps.store.orders.close(order);
    const seen = {
      ...toApplyPayment(order),
      payment: { ...toApplyPayment(order).payment, refundSeen: true },
    };
    const paying = createApplyPayment(deps)(seen, firstAttempt('pay'));
    expect(await outcomeOf(paying)).to.equal('ORDER_PAID_LATE');
    const letter = await buryPayment(order, true, 'ORDER_PAID_LATE');
    expect(await refund(order, { refundFen: 100 })).to.equal('recorded');
    expect(await letterState(letter), 'a part is not all').to.equal('open');
    await refund(order, { refundId: 'rest', refundFen: 8_700 });
    expect(await letterState(letter)).to.equal('resolved');
    expect((await find(order)).status).to.equal('closed');
  });

  describe('of an order that nobody registered', () => {
    const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
    const shop = { webhookUrl: 'https://a.example', webhookSecrets: [], allowPrivateNetwork: false };

    async function settle(
      unknownOrder: Merchant['unknownOrder'],
      waitedMinutes: number,
      events = ['refund.*'],
    ) {
      const order = { ...(await newOrder()), outTradeNo: `t-nobodys-${unknownOrder}-${events}`.slice(0, 30) };
      const job = toApplyRefund(order);
      const merchant = { unknownOrder, shop: { ...shop, events, timeoutMs: 1_000 } };
      const since = minutesAgo(waitedMinutes);
      const attempt = { ...attemptOf(job), failing: { code: 'ORDER_NOT_YET_KNOWN', since } };
      const directory = toDirectory({ merchant });
      const outcome = await outcomeOf(createApplyRefund({ ...deps, directory })(job, attempt));
      return [outcome, (await deps.store.callbacks.find(job.callbackKey))?.outcome];
    }

    it('waits for about ten minutes, or for a day where the merchant holds', async () => {
      for (const policy of ['forward', 'hold', 'dead_letter'] as const) {
        expect(await settle(policy, 9)).to.deep.equal(['ORDER_NOT_YET_KNOWN', undefined]);
      }
      expect(await settle('hold', 11)).to.deep.equal(['ORDER_NOT_YET_KNOWN', undefined]);
    });

    it('then goes by what the merchant chose; the shop is told by a job of its own', async () => {
      expect(await settle('dead_letter', 11)).to.deep.equal(['REFUND_ORDER_UNKNOWN', 'unknown_order']);
      expect(await settle('hold', 24 * 60)).to.deep.equal(['REFUND_ORDER_UNKNOWN', 'unknown_order']);
      expect(await settle('forward', 11)).to.deep.equal(['forwarded', 'forwarded']);
      expect(await settle('forward', 11, ['complaint.*'])).to.deep.equal(['unknown_order', 'unknown_order']);
      expect(told).to.deep.equal([]);
    });

    it('has waited, where its dead letter could not be stored', async () => {
      const job = toApplyRefund({ ...(await newOrder()), outTradeNo: 't-nobodys-again' });
      const failing = { code: 'REFUND_ORDER_UNKNOWN', since: minutesAgo(1) };
      const applied = createApplyRefund(deps)(job, { ...attemptOf(job), failing });
      expect(await outcomeOf(applied)).to.equal('REFUND_ORDER_UNKNOWN');
    });

    it('waits too where this process does not know the merchant', async () => {
      const order = await newPaidOrder();
      const directory = toDirectory({ knowsMerchant: false });
      expect(await refund(order, {}, { directory })).to.equal('MERCHANT_NOT_CONFIGURED');
    });
  });
});
