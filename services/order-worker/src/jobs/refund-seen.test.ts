import { toApplyPaymentJobId, toCountedJobId } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { Order } from '@huidiao/store';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import {
  firstAttempt,
  mchId,
  outcomeOf,
  toApplyPayment,
  toFulfilOrder,
  useOrderWorker,
} from '../order-worker.fixture.test.ts';
import { type ApplyPayment, type ApplyPaymentDeps, createApplyPayment } from './apply-payment.ts';
import { createFulfilOrder } from './fulfil-order.ts';

describe('a payment whose refund was seen', () => {
  const { deps, told, added, newOrder, find } = useOrderWorker();
  const { callbacks } = deps.store;

  /** The job that WeChat's REFUND makes. */
  function toRefundSeen(order: Order): ApplyPayment {
    const job = toApplyPayment(order);
    return {
      ...job,
      callbackKey: job.callbackKey.replace('SUCCESS', 'REFUND'),
      payment: { ...job.payment, payerTotalFen: 8_000, refundSeen: true },
    };
  }
  const idOf = (job: ApplyPayment) => toApplyPaymentJobId(job.payment);
  const replayOf = (job: ApplyPayment, count = 1) => toCountedJobId(idOf(job), 'replay', count);

  const apply = (job: ApplyPayment, jobId = idOf(job), changed: Partial<ApplyPaymentDeps> = {}) =>
    createApplyPayment({ ...deps, ...changed })(job, { ...firstAttempt(jobId), lane: 'bulk' });
  const outcome = (...applying: Parameters<typeof apply>) => outcomeOf(apply(...applying));

  async function newHeldOrder(): Promise<{ held: Order; job: ApplyPayment }> {
    const order = await newOrder();
    const job = toRefundSeen(order);
    expect(await outcome(job)).to.equal('ORDER_REFUND_SEEN');
    return { held: await find(order), job };
  }

  it('is held: paid, nothing follows from it, and the dead letter names the amounts', async () => {
    const order = await newOrder();
    const job = toRefundSeen(order);
    const error = await apply(job).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof AppError)) throw new Error('not refused');
    expect(error).to.include({ code: 'ORDER_REFUND_SEEN', kind: 'permanent' });
    expect(error.details).to.include({
      outTradeNo: order.outTradeNo,
      transactionId: job.payment.transactionId,
      orderAmountFen: 8_800,
      paidAmountFen: 8_800,
      payerTotalFen: 8_000,
      refundSeen: true,
    });
    const { status, held, effects, timeLine } = await find(order);
    expect({ status, held, effects }).to.deep.equal({ status: 'paid', held: 'refund_seen', effects: [] });
    expect(timeLine.map(({ event }) => event)).to.deep.equal([
      ...order.timeLine.map(({ event }) => event),
      'paid',
      'payment.refund_seen',
    ]);
    expect(timeLine.at(-1)).to.include({ transactionId: job.payment.transactionId, amountFen: 8_800 });
    expect(await callbacks.find(job.callbackKey)).to.include({ outcome: 'payment.refund_seen' });
    expect({ told, added }).to.deep.equal({ told: [], added: [] });
  });

  it('stays held by whatever WeChat sends again', async () => {
    const { held, job } = await newHeldOrder();
    const plain = toApplyPayment(held);
    expect(await outcome(plain), 'the plain payment').to.equal('already_applied');
    expect(await outcome(plain, replayOf(plain)), 'its replay').to.equal('already_applied');
    expect(await outcome(job), 'the refund: its dead letter must stay open').to.equal('ORDER_REFUND_SEEN');
    expect(await outcome(job, toCountedJobId(idOf(job), 'heal', 1)), 'a query').to.equal('ORDER_REFUND_SEEN');
    expect(await find(held)).to.deep.equal(held);
    expect(await callbacks.find(plain.callbackKey)).to.include({ outcome: 'payment.refund_seen' });
    expect(added).to.deep.equal([]);
  });

  it('is delivered once a person replays its dead letter, once', async () => {
    const { held, job } = await newHeldOrder();
    const outcomes = await Promise.all([1, 2, 3].map((count) => outcome(job, replayOf(job, count))));
    expect(outcomes.toSorted()).to.deep.equal(['already_applied', 'already_applied', 'released']);
    const released = await find(held);
    expect(released).to.include({ status: 'paid' }).and.not.to.have.property('held');
    const id = `fulfil-order_${mchId}_${held.outTradeNo}`;
    expect(released.effects.map((effect) => effect.id)).to.deep.equal([id]);
    expect(added.map((one) => one.id)).to.deep.equal([id]);
    expect(released.timeLine.at(-1)).to.include({ event: 'released' });
    expect(await callbacks.find(job.callbackKey)).to.include({ outcome: 'paid' });
  });

  it('changes nothing any more once it was released', async () => {
    const { held, job } = await newHeldOrder();
    await apply(job, replayOf(job));
    const released = await find(held);
    for (const again of [job, toApplyPayment(held)]) expect(await outcome(again)).to.equal('already_applied');
    expect(await outcome(job, replayOf(job))).to.equal('already_applied');
    expect(await find(held)).to.deep.equal(released);
    expect(added).to.have.length(1);
  });

  it('is not released by the replay that first made it known, even if that is interrupted and runs again', async () => {
    const job = toRefundSeen(await newOrder());
    const record = () => Promise.reject(new AppError('STORE_UNAVAILABLE'));
    const store = { ...deps.store, callbacks: { ...callbacks, record } };
    expect(await outcome(job, replayOf(job), { store })).to.equal('STORE_UNAVAILABLE');
    expect(await outcome(job, replayOf(job))).to.equal('ORDER_REFUND_SEEN');
    expect(added).to.deep.equal([]);
    expect(await outcome(job, replayOf(job, 2))).to.equal('released');
  });

  it('of an order that is already paid changes nothing: it was delivered, or is about to be', async () => {
    const order = await newOrder();
    await apply(toApplyPayment(order));
    const paid = await find(order);
    expect(await outcome(toRefundSeen(order))).to.equal('already_applied');
    expect(await find(order)).to.deep.equal(paid);
    expect(added).to.have.length(1);
  });

  it('reaches no shop by a job of its fulfilment that somebody adds', async () => {
    const { held } = await newHeldOrder();
    const fulfilled = createFulfilOrder(deps)(toFulfilOrder(held), firstAttempt('job-1'));
    expect(await outcomeOf(fulfilled)).to.equal('held');
    expect(told).to.deep.equal([]);
  });
});

describe('the lane of an effect', () => {
  const { deps, added, newOrder, newPaidOrder, find } = useOrderWorker();

  for (const lane of ['live', 'bulk'] as const) {
    it(`is the one of the job that makes it, in the order and in its own job: ${lane}`, async () => {
      const attempt = { ...firstAttempt('job-1'), lane };
      const order = await newOrder();
      await createApplyPayment(deps)(toApplyPayment(order), attempt);
      const paid = await newPaidOrder();
      await createFulfilOrder(deps)(toFulfilOrder(paid), attempt);
      for (const { outTradeNo } of [order, paid]) {
        const { effects } = await find({ ...order, outTradeNo });
        expect(effects.map((effect) => effect.lane)).to.deep.equal([lane]);
      }
      expect(added.map((job) => [job.name, job.lane])).to.deep.equal([
        ['fulfil-order', lane],
        ['send-subscribe-message', lane],
      ]);
    });
  }
});

describe('a transaction that has paid another order of the merchant', () => {
  const { deps, added, newOrder, find } = useOrderWorker();

  it('is refused, and time line and ledger say so', async () => {
    const [first, second] = [await newOrder(), await newOrder()];
    const job = toApplyPayment(first);
    await createApplyPayment(deps)(job, firstAttempt('job-1'));
    const again = {
      ...job,
      callbackKey: 'another-callback',
      payment: { ...job.payment, outTradeNo: second.outTradeNo },
    };
    const refused = createApplyPayment(deps)(again, firstAttempt('job-2'));
    expect(await outcomeOf(refused)).to.equal('ORDER_PAID_TWICE');
    const { status, timeLine } = await find(second);
    expect(status).to.equal('created');
    expect(timeLine.at(-1)).to.include({ event: 'payment.of_another_order' });
    expect(await deps.store.callbacks.find('another-callback')).to.include({
      outcome: 'payment.of_another_order',
    });
    expect(added).to.have.length(1);
  });
});
