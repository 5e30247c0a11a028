import {
  isReplay,
  type JobData,
  type RefundEvent,
  type RefundState,
  toApplyPaymentJobId,
  toApplyRefundJobId,
  toCountedJobId,
  toEffectId,
  toEffectJobId,
} from '@huidiao/contracts';
import type { Order, RefundMove } from '@huidiao/store';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type ApplyPayment, createApplyPayment } from '../jobs/apply-payment.ts';
import { createApplyRefund } from '../jobs/apply-refund.ts';
import { createFulfilOrder } from '../jobs/fulfil-order.ts';
import {
  firstAttempt,
  mchId,
  outcomeOf,
  toApplyPayment,
  toApplyRefund,
  toFulfilOrder,
  useOrderWorker,
} from '../order-worker.fixture.test.ts';

const minuteMs = 60_000;
const allFen = 8_800;

describe('goods whose price goes back to the buyer', () => {
  const { deps, told, added, newOrder, newPaidOrder, find } = useOrderWorker();
  const { orders, deadLetters } = deps.store;

  const pay = (job: ApplyPayment, jobId = toApplyPaymentJobId(job.payment)) =>
    outcomeOf(createApplyPayment(deps)(job, firstAttempt(jobId)));
  const fulfil = (order: Order, changed: Partial<typeof deps> = {}) =>
    outcomeOf(
      Promise.resolve(
        createFulfilOrder({ ...deps, ...changed })(toFulfilOrder(order), firstAttempt('job-1')),
      ),
    );
  /** What WeChat tells of a refund. */
  const tellOf = (order: Order, refund: Partial<RefundEvent>) => {
    const job = toApplyRefund(order, refund);
    return outcomeOf(createApplyRefund(deps)(job, firstAttempt(toApplyRefundJobId(job.refund))));
  };
  const ended = (order: Order, outRefundNo: string, refundFen: number, type: RefundEvent['type']) =>
    tellOf(order, { outRefundNo, refundFen, type, refundId: `5030${outRefundNo}` });

  /** Asked for here, and accepted by WeChat Pay. */
  async function ask(order: Order, outRefundNo: string, refundFen: number, transactionId?: string) {
    const { outTradeNo } = order;
    const wanted = { outRefundNo, refundFen, requestedBy: 'api', ...(transactionId && { transactionId }) };
    const asked = await orders.requestRefund(mchId, outTradeNo, wanted, { effects: [] });
    expect(asked?.outcome).to.equal('requested');
    await move(order, outRefundNo, 'processing');
  }
  const move = (order: Order, outRefundNo: string, to: RefundState) => {
    const change: RefundMove = { from: ['requested', 'processing'], to, effect: 'settled' };
    return orders.moveRefund({ mchId, outTradeNo: order.outTradeNo, outRefundNo }, change);
  };

  /** The dead letter of a payment, as the queue makes it. */
  async function bury(job: ApplyPayment, errorCode: string) {
    const jobId = toApplyPaymentJobId(job.payment);
    const named = { queue: 'payment-event', jobId, jobName: 'apply-payment', payload: job, reason: '' };
    const at = { firstAttemptAt: new Date(), failedAt: new Date() };
    await deadLetters.store({ ...named, ...at, errorCode, details: {}, attempts: 1 });
  }
  const caseOf = async ({ payment }: ApplyPayment) =>
    (await deadLetters.find('payment-event', toApplyPaymentJobId(payment)))?.state;
  /** What a person decided. */
  const deliver = (job: ApplyPayment, code: string, count = 1) => {
    const jobId = toCountedJobId(toApplyPaymentJobId(job.payment), 'replay', count);
    expect(isReplay(jobId)).to.equal(true);
    return pay({ ...job, decision: { code, by: 'support-7' } }, jobId);
  };

  describe('of an order that is held because a refund was seen', () => {
    async function newHeldOrder() {
      const order = await newOrder();
      const { payment, ...job } = toApplyPayment(order);
      const seen: ApplyPayment = {
        ...job,
        callbackKey: `${job.callbackKey}-seen`,
        payment: { ...payment, refundSeen: true },
      };
      expect(await pay(seen)).to.equal('ORDER_REFUND_SEEN');
      await bury(seen, 'ORDER_REFUND_SEEN');
      return { order, job: seen };
    }

    for (const who of ['made in the console', 'asked for here'] as const) {
      it(`are not delivered for a part that came back (${who}) while the rest of it goes back, too`, async () => {
        const { order, job } = await newHeldOrder();
        if (who === 'asked for here') await ask(order, `part-${order.outTradeNo}`, 300);
        await ask(order, `rest-${order.outTradeNo}`, 8_500);
        expect(await ended(order, `part-${order.outTradeNo}`, 300, 'refund.succeeded')).to.equal('recorded');
        expect(await find(order)).to.deep.include({ held: 'refund_seen', effects: [] });
        expect(await caseOf(job), 'a person sees it').to.equal('open');
        expect(await fulfil(order)).to.equal('held');
        expect(await ended(order, `rest-${order.outTradeNo}`, 8_500, 'refund.succeeded')).to.equal('held');
        expect(await find(order)).to.include({ held: 'refunded' });
        expect(await caseOf(job)).to.equal('resolved');
        expect({ told, added }).to.deep.equal({ told: [], added: [] });
      });
    }

    it('are for a person to decide on where the rest of it does not go back after all', async () => {
      const { order, job } = await newHeldOrder();
      await ask(order, `rest-${order.outTradeNo}`, 8_500);
      await deadLetters.resolve('payment-event', toApplyPaymentJobId(job.payment));
      await ended(order, `part-${order.outTradeNo}`, 300, 'refund.succeeded');
      expect(await caseOf(job), 'who asked for the rest had decided').to.equal('resolved');
      expect(await ended(order, `rest-${order.outTradeNo}`, 8_500, 'refund.closed')).to.equal('recorded');
      expect(await find(order)).to.include({ held: 'refund_seen' });
      expect(await caseOf(job)).to.equal('open');
      expect(await deliver(job, 'ORDER_REFUND_SEEN')).to.equal('released');
      expect(await fulfil(order)).to.equal('fulfilled');
    });

    it('are delivered where a part hung that was not asked for here, and WeChat Pay closed it', async () => {
      const { order, job } = await newHeldOrder();
      await ended(order, `rest-${order.outTradeNo}`, 8_500, 'refund.abnormal');
      expect(await ended(order, `part-${order.outTradeNo}`, 300, 'refund.succeeded')).to.equal('recorded');
      expect(await ended(order, `rest-${order.outTradeNo}`, 8_500, 'refund.closed')).to.equal('released');
      expect(await caseOf(job)).to.equal('resolved');
    });

    it('are delivered by nobody’s decision while all of it goes back', async () => {
      const { order, job } = await newHeldOrder();
      await ask(order, `all-${order.outTradeNo}`, allFen);
      expect(await deliver(job, 'ORDER_REFUND_SEEN')).to.equal('ORDER_REFUND_SEEN');
      expect(await find(order)).to.include({ held: 'refund_seen' });
      await move(order, `all-${order.outTradeNo}`, 'refused');
      expect(await deliver(job, 'ORDER_REFUND_SEEN', 2)).to.equal('released');
    });
  });

  describe('of a payment of another amount', () => {
    async function newOtherAmount() {
      const order = await newOrder();
      const { payment, ...rest } = toApplyPayment(order);
      const job: ApplyPayment = { ...rest, payment: { ...payment, amountFen: allFen + 1 } };
      expect(await pay(job)).to.equal('ORDER_AMOUNT_DIFFERS');
      await bury(job, 'ORDER_AMOUNT_DIFFERS');
      return { order, job };
    }

    it('are delivered by nobody’s decision while all of it goes back, and are a case again', async () => {
      const { order, job } = await newOtherAmount();
      const all = `all-${order.outTradeNo}`;
      await ask(order, all, allFen + 1, job.payment.transactionId);
      expect(await deliver(job, 'ORDER_AMOUNT_DIFFERS')).to.equal('ORDER_AMOUNT_DIFFERS');
      expect(await find(order)).to.include({ status: 'created' });
      await move(order, all, 'refused');
      expect(await deliver(job, 'ORDER_AMOUNT_DIFFERS', 2)).to.equal('paid');
      expect(await fulfil(order)).to.equal('fulfilled');
    });

    it('are not delivered where all of it came back before the decision was carried out', async () => {
      const { order, job } = await newOtherAmount();
      const whole = { refundFen: allFen + 1, totalFen: allFen + 1 };
      expect(await tellOf(order, whole)).to.equal('recorded');
      expect(await deliver(job, 'ORDER_AMOUNT_DIFFERS')).to.equal('refunded');
      expect(await find(order)).to.deep.include({ status: 'paid', held: 'refunded', effects: [] });
      expect(await fulfil(order)).to.equal('held');
      expect(told).to.deep.equal([]);
    });

    it('are delivered where only what was paid too much went back', async () => {
      const { order, job } = await newOtherAmount();
      await ask(order, `one-${order.outTradeNo}`, 1, job.payment.transactionId);
      expect(await deliver(job, 'ORDER_AMOUNT_DIFFERS')).to.equal('paid');
      expect(await fulfil(order)).to.equal('fulfilled');
    });
  });

  it('of a payment that came late are delivered by nobody’s decision while all of it goes back', async () => {
    const order = await newOrder();
    await orders.close(order);
    const { payment, ...rest } = toApplyPayment(order);
    const job: ApplyPayment = { ...rest, payment: { ...payment, refundSeen: true } };
    expect(await pay(job)).to.equal('ORDER_PAID_LATE');
    await ask(order, `all-${order.outTradeNo}`, allFen, payment.transactionId);
    expect(await deliver(job, 'ORDER_PAID_LATE')).to.equal('ORDER_PAID_LATE');
    expect(await find(order)).to.include({ status: 'closed' });
    const plain = { ...job, payment, callbackKey: 'plain' };
    expect(await pay(plain), 'and nothing is given back twice').to.equal('payment.late');
    expect((await find(order)).refundRequests).to.have.length(1);
  });

  describe('of an order that is paid', () => {
    const effectOf = async (order: Order) =>
      (await find(order)).effects.find(({ job }) => job === 'fulfil-order') ?? expect.fail('no fulfilment');
    const waitsOf = async (order: Order) =>
      (await find(order)).timeLine.filter(({ event }) => event === 'fulfilment.waits_for_refund').length;
    const at = (now: Date) => ({ clock: { now: () => now } });

    it('are not told to the shop while all of it goes back, for as long as that takes', async () => {
      const order = await newPaidOrder();
      await ask(order, `one-${order.outTradeNo}`, 300);
      await ask(order, `two-${order.outTradeNo}`, 8_500);
      let now = new Date();
      const pauses: number[] = [];
      for (let round = 1; round <= 8; round += 1) {
        expect(await fulfil(order, at(now))).to.equal('waits_for_refund');
        const { dueAt, ...effect } = await effectOf(order);
        expect(toEffectJobId(effect)).to.equal(toCountedJobId(effect.id, 'heal', round));
        pauses.push((dueAt.getTime() - now.getTime()) / minuteMs);
        now = dueAt;
      }
      expect(pauses).to.deep.equal([10, 10, 10, 10, 10, 10, 60, 60]);
      expect(await waitsOf(order)).to.equal(1);
      expect(told).to.deep.equal([]);
      await ended(order, `one-${order.outTradeNo}`, 300, 'refund.succeeded');
      expect(await fulfil(order)).to.equal('waits_for_refund');
      expect(await ended(order, `two-${order.outTradeNo}`, 8_500, 'refund.succeeded')).to.equal('held');
      expect(await find(order)).to.deep.include({ held: 'refunded', effects: [] });
      expect(await fulfil(order)).to.equal('held');
      expect(told).to.deep.equal([]);
    });

    for (const end of ['closed', 'refused'] as const) {
      it(`are told to the shop by themselves when that ends ${end}`, async () => {
        const order = await newPaidOrder();
        const all = `all-${order.outTradeNo}`;
        await ask(order, all, allFen);
        expect(await fulfil(order)).to.equal('waits_for_refund');
        if (end === 'closed') await ended(order, all, allFen, 'refund.closed');
        else await move(order, all, 'refused');
        const { id } = await effectOf(order);
        expect(id, 'the reconciler adds it when it is due').to.equal(
          toEffectId('fulfil-order', mchId, order.outTradeNo),
        );
        expect(await fulfil(order)).to.equal('fulfilled');
        expect(told).to.have.length(1);
      });
    }

    it('are not told to the shop while a refund of all of it hangs, whoever made it', async () => {
      const order = await newPaidOrder();
      await ended(order, `all-${order.outTradeNo}`, allFen, 'refund.abnormal');
      expect(await fulfil(order)).to.equal('waits_for_refund');
      await ended(order, `all-${order.outTradeNo}`, allFen, 'refund.closed');
      expect(await fulfil(order)).to.equal('fulfilled');
    });

    it('are told to the shop where a part goes back', async () => {
      const order = await newPaidOrder();
      await ask(order, `part-${order.outTradeNo}`, 8_799);
      expect(await fulfil(order)).to.equal('fulfilled');
    });

    it('wait once, whatever the number of workers', async () => {
      const order = await newPaidOrder();
      await ask(order, `all-${order.outTradeNo}`, allFen);
      const read = await find(order);
      const store = { ...deps.store, orders: { ...orders, find: async () => read } };
      const outcomes = await Promise.all([1, 2, 3].map(() => fulfil(order, { store })));
      expect(new Set(outcomes)).to.deep.equal(new Set(['waits_for_refund']));
      expect(await effectOf(order)).to.include({ round: 1 });
      expect(await waitsOf(order)).to.equal(1);
    });

    it('wait in the order again where a dead letter had settled what a person adds again', async () => {
      const order = await newPaidOrder();
      const { id } = await effectOf(order);
      await orders.settleEffect(mchId, order.outTradeNo, id, { event: 'fulfil-order.dead_letter' });
      await ask(order, `all-${order.outTradeNo}`, allFen);
      expect(await fulfil(order)).to.equal('waits_for_refund');
      const job: JobData<'fulfil-order'> = toFulfilOrder(order);
      const { requestId } = job;
      expect(await effectOf(order)).to.include({ id, round: 1, requestId, lane: 'live' });
    });

    it('are looked at again at once where the refund ended meanwhile', async () => {
      const order = await newPaidOrder();
      const all = `all-${order.outTradeNo}`;
      await ask(order, all, allFen);
      const read: typeof orders.find = async (...named) => {
        const found = await orders.find(...named);
        await move(order, all, 'refused');
        return found;
      };
      const store = { ...deps.store, orders: { ...orders, find: read } };
      expect(await fulfil(order, { store })).to.equal('ORDER_CHANGED_MEANWHILE');
      expect(await effectOf(order)).not.to.have.property('round');
    });
  });
});
