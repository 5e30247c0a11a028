import { toApplyPaymentJobId, toFullRefundNo } from '@huidiao/contracts';
import type { Order } from '@huidiao/store';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { type ApplyPayment, type ApplyPaymentDeps, createApplyPayment } from '../jobs/apply-payment.ts';
import { firstAttempt, mchId, outcomeOf } from '../order-worker.fixture.test.ts';
import { refundPace } from './refund-pace.ts';
import { useRefunds } from './refunds.fixture.test.ts';

describe('a late payment that the merchant wants given back', () => {
  const refunds = useRefunds();
  const { store, alarms, find, newLateOrder, run, refundOf, refundsAtWeChat, pass, deadLetterOf } = refunds;

  const shop = { tell: () => Promise.reject(new Error('nobody is told')), close: () => undefined };
  const apply = (job: ApplyPayment, changes: Partial<ApplyPaymentDeps> = {}, code?: string) => {
    const decided = code === undefined ? job : { ...job, decision: { code, by: 'support-7' } };
    const attempt = firstAttempt(toApplyPaymentJobId(job.payment));
    return outcomeOf(createApplyPayment({ ...refunds.deps, store, shop, ...changes })(decided, attempt));
  };
  const caseOf = ({ payment }: ApplyPayment) =>
    store.deadLetters.find('payment-event', toApplyPaymentJobId(payment));
  /** Its dead letter, as the queue makes it. */
  const bury = async (job: ApplyPayment, errorCode: string) => {
    const jobId = toApplyPaymentJobId(job.payment);
    const named = { queue: 'payment-event', jobId, jobName: 'apply-payment', payload: job, reason: '' };
    const at = refunds.clock.now();
    const died = { attempts: 1, firstAttemptAt: at, failedAt: at, details: {}, errorCode };
    await store.deadLetters.store({ ...named, ...died });
  };
  const finish = (outRefundNo: string, course: 'SUCCESS' | 'CLOSED') =>
    refunds.simulator.settleRefund(mchId, outRefundNo, course, { drop: 20 });

  async function paidLate() {
    const { order, job } = await newLateOrder();
    expect(await apply(job)).to.equal('payment.late');
    return { order, job, number: toFullRefundNo(job.payment.transactionId) };
  }
  /** Its refund was accepted, and then given up by WeChat Pay. */
  async function leftWithMerchant() {
    const late = await paidLate();
    await run(late.order, late.number);
    finish(late.number, 'CLOSED');
    expect(await run(late.order, late.number)).to.equal('closed');
    return late;
  }

  it('has one refund under one number, whatever the number of workers and attempts', async () => {
    const { order, job } = await newLateOrder();
    const number = toFullRefundNo(job.payment.transactionId);
    const pay: typeof store.orders.pay = async (...wanted) => {
      await store.orders.pay(...wanted);
      throw new Error('the process died');
    };
    const dying = { store: { ...store, orders: { ...store.orders, pay } } };
    expect(await apply(job, dying)).to.equal('undefined');
    expect(await apply(job), 'the second attempt').to.equal('already_applied');
    await Promise.all([apply(job), apply({ ...job, requestId: 'request-of-a-heal' })]);
    expect((await find(order)).refundRequests.map(({ outRefundNo }) => outRefundNo)).to.deep.equal([number]);

    refunds.simulator.faults.set({ api: [{ api: 'refund', moment: 'after', answer: 'reset', times: 1 }] });
    expect(await run(order, number)).to.match(/^WECHAT_/);
    await pass(refundPace.userSpacingMs);
    await Promise.all([run(order, number), run(order, number)]);
    const made = refundsAtWeChat(order);
    expect(made).to.deep.equal([{ out_refund_no: number, status: 'PROCESSING' }]);
  });

  it('has the same number when two workers apply it at once', async () => {
    const { order, job } = await newLateOrder();
    await Promise.all([apply(job), apply(job)]);
    const { refundRequests, held } = await find(order);
    const asked = refundRequests.map(({ outRefundNo, refundFen }) => ({ outRefundNo, refundFen }));
    const outRefundNo = toFullRefundNo(job.payment.transactionId);
    expect(asked).to.deep.equal([{ outRefundNo, refundFen: 8_800 }]);
    expect(held).to.equal('late');
  });

  describe('and whose refund WeChat Pay closed', () => {
    it('is a case: nobody has anything for it, until a person says what shall be', async () => {
      const { order, job, number } = await leftWithMerchant();
      expect(alarms).to.deep.equal(['refund-closed']);
      const known = await caseOf(job);
      expect(known).to.deep.include({ state: 'open', errorCode: 'ORDER_LATE_NOT_REFUNDED', times: 1 });
      const { outTradeNo } = order;
      const { transactionId } = job.payment;
      const figures = { orderAmountFen: 8_800, leftFen: 8_800 };
      expect(known?.details).to.include({ outTradeNo, transactionId, outRefundNo: number, ...figures });
      expect(await run(order, number), 'run again, it says the same').to.equal('already_settled');
      expect(await caseOf(job)).to.include({ times: 1 });
      expect(await apply(job), 'and WeChat tells of the payment again').to.equal('ORDER_LATE_NOT_REFUNDED');
    });

    it('is a case, too, where the process died as soon as that was recorded', async () => {
      const { order, job, number } = await paidLate();
      await run(order, number);
      finish(number, 'CLOSED');
      const recordRefund: typeof store.orders.recordRefund = async (...told) => {
        await store.orders.recordRefund(...told);
        throw new Error('the process died');
      };
      const dying = { ...store, orders: { ...store.orders, recordRefund } };
      await run(order, number, { store: dying }).catch(() => undefined);
      expect(await caseOf(job)).to.equal(undefined);
      expect(await run(order, number)).to.equal('already_settled');
      expect(await caseOf(job)).to.include({ state: 'open', errorCode: 'ORDER_LATE_NOT_REFUNDED' });
      expect(alarms, 'people hear of it, once').to.deep.equal(['refund-closed']);
    });

    it('is delivered where a person decides so, and not otherwise', async () => {
      const { order, job } = await leftWithMerchant();
      expect(await apply(job, {}, 'ORDER_PAID_LATE'), 'which was another question').to.equal(
        'ORDER_LATE_NOT_REFUNDED',
      );
      expect(await apply(job, {}, 'ORDER_LATE_NOT_REFUNDED')).to.equal('released');
      const { held, status, effects } = await find(order);
      expect([held, status, effects.map(({ job: name }) => name)]).to.deep.equal([
        undefined,
        'paid',
        ['fulfil-order'],
      ]);
      expect(await apply(job), 'decided once').to.equal('already_applied');
    });

    it('is not delivered by who decided before another refund was asked for', async () => {
      const { order, job } = await leftWithMerchant();
      await pass(2 * 60_000);
      await refunds.request(order, 'second-try', 8_800);
      expect(await apply(job, {}, 'ORDER_LATE_NOT_REFUNDED')).to.equal('already_applied');
      expect(await find(order)).to.include({ held: 'late' });
    });

    it('stays as a person left it, and is nobody’s any more once the money is given back', async () => {
      const { order, job, number } = await leftWithMerchant();
      const { id, times } = (await caseOf(job)) ?? expect.fail('no case');
      const decided = { kind: 'discard', by: 'support-7', note: 'the buyer took something else' };
      await store.deadLetters.decide(id, decided, { times, to: 'discarded' });
      await run(order, number);
      expect(await caseOf(job)).to.include({ state: 'discarded', times: 1 });

      const other = await leftWithMerchant();
      await pass(2 * 60_000);
      await refunds.request(other.order, `${other.order.outTradeNo}-r2`, 8_800);
      await run(other.order, `${other.order.outTradeNo}-r2`);
      finish(`${other.order.outTradeNo}-r2`, 'SUCCESS');
      expect(await run(other.order, `${other.order.outTradeNo}-r2`)).to.equal('succeeded');
      expect(await caseOf(other.job)).to.include({ state: 'resolved' });
    });
  });

  describe('and whose refund WeChat Pay refused', () => {
    /** Somebody gave a part back in the console, so that all of it is too much now. */
    async function giveBackPart(order: Order, job: ApplyPayment) {
      const { refund } = refunds.simulator.refundAtConsole(mchId, order.outTradeNo, { refundFen: 800 });
      const { outRefundNo, refundId, refundFen } = refund;
      const { transactionId } = job.payment;
      const told = { outRefundNo, refundId, refundFen, transactionId, status: 'SUCCESS' as const };
      await store.orders.recordRefund(mchId, order.outTradeNo, told, { eventKey: refundId, effects: [] });
      await pass(2 * 60_000);
    }

    it('is a case about what is left, though the refund itself fits no more', async () => {
      const { order, job, number } = await paidLate();
      await giveBackPart(order, job);
      expect(await run(order, number)).to.equal('REFUND_REFUSED');
      expect(await refundOf(order, number)).to.include({ state: 'refused' });
      const known = await caseOf(job);
      expect(known).to.include({ state: 'open', errorCode: 'ORDER_LATE_NOT_REFUNDED' });
      expect(known?.details).to.include({ leftFen: 8_000 });
    });

    it('is one, and an alarm, where the process died as soon as that was recorded', async () => {
      const { order, job, number } = await paidLate();
      await giveBackPart(order, job);
      const moveRefund: typeof store.orders.moveRefund = async (named, change) => {
        const moved = await store.orders.moveRefund(named, change);
        if (change.to === 'refused') throw new Error('the process died');
        return moved;
      };
      const dying = { ...store, orders: { ...store.orders, moveRefund } };
      await run(order, number, { store: dying }).catch(() => undefined);
      expect([await caseOf(job), alarms]).to.deep.equal([undefined, []]);
      expect(await run(order, number)).to.equal('REFUND_REFUSED');
      expect(await caseOf(job)).to.include({ state: 'open' });
      expect(alarms).to.deep.equal(['refund-refused']);
      expect(await deadLetterOf(order, number)).to.include({ state: 'open' });
    });
  });

  it('and one that was held for a refund that was seen, which a person gives back, is for a person again, too', async () => {
    const { order, job } = await newLateOrder();
    const held = { eventKey: 'own', effects: [], late: true, held: 'refund_seen' as const };
    expect(await store.orders.pay(order, job.payment, held)).to.include({ held: 'refund_seen' });
    const number = `case-${job.payment.transactionId}`;
    const known = await find(order);
    await bury({ ...job, payment: { ...job.payment, refundSeen: true } }, 'ORDER_REFUND_SEEN');
    const jobId = toApplyPaymentJobId({ ...job.payment, refundSeen: true });
    await refunds.request(known, number, 8_800);
    await store.deadLetters.resolve('payment-event', jobId);
    await run(known, number);
    finish(number, 'CLOSED');
    expect(await run(known, number)).to.equal('closed');
    const reopened = await store.deadLetters.find('payment-event', jobId);
    expect(reopened).to.include({ state: 'open', errorCode: 'ORDER_REFUND_SEEN', times: 2 });
    expect(await caseOf(job), 'which is not late').to.equal(undefined);
  });

  it('and a second payment, which a person gives back, are for a person again where WeChat Pay closes that', async () => {
    const { order, job } = await newLateOrder();
    const transactionId = `43${job.payment.transactionId.slice(2)}`;
    await store.orders.keepOtherPayment(job.payment, {
      eventKey: 'second',
      entry: { event: 'payment.second' },
    });
    const own = { ...job.payment, transactionId };
    await store.orders.pay(await find(order), own, { eventKey: 'own', effects: [], late: true });
    const known = await find(order);
    expect(known).to.include({ status: 'paid', transactionId });
    const jobId = toApplyPaymentJobId(job.payment);
    await bury(job, 'ORDER_PAID_TWICE');
    const number = `case-${job.payment.transactionId}`;
    await refunds.request(known, number, 8_800, { transactionId: job.payment.transactionId });
    await store.deadLetters.resolve('payment-event', jobId);
    await run(known, number);
    expect(await caseOf(job)).to.include({ state: 'resolved' });
    finish(number, 'CLOSED');
    expect(await run(known, number)).to.equal('closed');
    expect(await caseOf(job)).to.include({ state: 'open', errorCode: 'ORDER_PAID_TWICE', times: 2 });
  });
});
