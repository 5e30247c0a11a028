import type { Order } from '@huidiao/store';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { appId, mchId } from '../reconciler.fixture.test.ts';
import { hourMs, minuteMs, useOpenOrders } from './open-orders.fixture.test.ts';

describe('asking WeChat Pay about an open order whose payment was refused before', () => {
  const orders = useOpenOrders();
  const { clock, outcomes, pay, read, recording, register, round } = orders;

  const letterOf = (transactionId: string) => ({
    queue: 'payment-event',
    jobId: `apply-payment_${mchId}_${transactionId}_SUCCESS`,
    jobName: 'apply-payment',
    payload: {},
    errorCode: 'ORDER_AMOUNT_DIFFERS',
    reason: 'The amount differs.',
    details: {},
    attempts: 1,
    firstAttemptAt: new Date(),
    failedAt: new Date(),
  });
  const refuse = (order: Order, transactionId: string) =>
    orders.store.orders.noteEvent(mchId, order.outTradeNo, `payment_${mchId}_${transactionId}_SUCCESS`, {
      event: 'payment.amount_differs',
    });

  it('leaves the order to the person who has its dead letter, and never asks again', async () => {
    const order = await register();
    const transactionId = pay(order, 1);
    await refuse(order, transactionId);
    await orders.store.deadLetters.store(letterOf(transactionId));
    clock.advance(minuteMs);
    await round();
    expect(recording.added).to.deep.equal([]);
    expect(outcomes).to.deep.equal(['left_to_a_person']);
    expect(await read(order)).to.not.have.property('nextQueryAt');
  });

  it('makes no new case of it while somebody has it given back, and closes the order once that is done', async () => {
    const order = await register();
    const transactionId = pay(order, 777);
    const { outTradeNo } = order;
    const payment = {
      type: 'payment.succeeded' as const,
      mchId,
      appId,
      outTradeNo,
      transactionId,
      amountFen: 777,
      currency: 'CNY',
      tradeType: 'JSAPI',
    };
    await orders.store.orders.keepOtherPayment(payment, { eventKey: 'told', entry: { event: 'kept' } });
    const refund = { outRefundNo: 'R-1', refundFen: 777, transactionId };
    await orders.store.orders.requestRefund(
      mchId,
      outTradeNo,
      { ...refund, requestedBy: 'case' },
      { effects: [] },
    );
    clock.advance(minuteMs);
    await round();
    expect(recording.added).to.deep.equal([]);
    expect(await read(order)).to.include({ status: 'created' });

    const told = { ...refund, refundId: '50000000382019052709732678859', status: 'SUCCESS' as const };
    await orders.store.orders.recordRefund(mchId, outTradeNo, told, { eventKey: 'refunded', effects: [] });
    clock.advance(hourMs);
    await round();
    expect(recording.added).to.deep.equal([]);
    expect(outcomes).to.deep.equal(['left_to_a_person', 'closed']);
    expect(await read(order)).to.include({ status: 'closed' });
  });

  it('leaves a case that somebody has decided to what follows from it', async () => {
    const order = await register();
    const transactionId = pay(order, 1);
    await refuse(order, transactionId);
    const letter = letterOf(transactionId);
    await orders.store.deadLetters.store(letter);
    const decision = { kind: 'deliver', by: 'support-7', note: 'x' };
    await orders.store.deadLetters.decide(`payment-event/${letter.jobId}`, decision, {
      times: 1,
      to: 'replayed',
    });
    clock.advance(minuteMs);
    await round();
    expect(recording.added).to.deep.equal([]);
    expect(Number((await read(order)).nextQueryAt), 'it is asked about again').to.be.above(
      clock.now().getTime(),
    );
  });

  it('brings the dead letter back where it was lost on its way', async () => {
    const order = await register();
    await refuse(order, pay(order, 1));
    clock.advance(minuteMs);
    await round();
    expect(recording.added).to.have.length(1);
  });

  it('heals where it was refused because nobody had registered the order', async () => {
    const order = await register({ prepay: false });
    await orders.store.deadLetters.store({ ...letterOf(pay(order)), errorCode: 'ORDER_UNKNOWN' });
    clock.advance(minuteMs);
    await round();
    expect(recording.added).to.have.length(1);
  });
});
