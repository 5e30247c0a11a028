import type { Merchant } from '@huidiao/contracts';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { testMerchant } from './installation.ts';
import { useOnePayment } from './one-payment.fixture.test.ts';
import { waitFor } from './wait-for.ts';

const minuteMs = 60_000;

describe('what a payment means for an order', function () {
  this.timeout(60_000);
  const payment = useOnePayment();
  const {
    setMerchant,
    withOwnInstallation,
    register,
    closeOrder,
    notify,
    reached,
    requests,
    deliveries,
    unmatched,
  } = payment;
  const { openDeadLetters, deadLetter, addAgain, postponed, forgetCompletedJobs, attemptsOf } = payment;

  it('of another amount: nothing is delivered, and a dead letter names both figures', async () => {
    await register();
    expect(await notify({ totalFen: 8_799 })).to.equal(204);
    const letter = await deadLetter('ORDER_AMOUNT_DIFFERS');
    expect(letter.details).to.include({ orderAmountFen: 8_800, paidAmountFen: 8_799 });
    const order = await payment.installation.readOrder(payment.outTradeNo);
    expect(order.status).to.equal('created');
    expect(order.time_line.map((entry) => entry.event)).to.include('payment.amount_differs');
    expect(requests()).to.equal(0);
  });

  it('of another app: a dead letter', async () => {
    setMerchant({ appIds: [testMerchant.appId, 'wxfedcba0987654321'] });
    await register();
    await notify({ appId: 'wxfedcba0987654321' });
    await deadLetter('ORDER_IDS_DIFFER');
    expect(requests()).to.equal(0);
  });

  it('again: a re-send long after the job is gone changes nothing', async () => {
    await register();
    await notify();
    const { time_line: before } = await reached('fulfilled');
    const { store, queues } = payment.installation;
    const entry = await waitFor('the ledger entry', () => store.callbacks.find(payment.callbackKey));
    expect(entry).to.include({ outcome: 'paid', times: 1 });

    await forgetCompletedJobs();
    expect(await notify()).to.equal(204);
    await waitFor(
      'the second run',
      async () => (await store.callbacks.find(payment.callbackKey))?.times === 2,
    );
    expect((await payment.installation.readOrder(payment.outTradeNo)).time_line).to.deep.equal(before);
    await waitFor('quiet', async () => (await queues.counts('order-fulfilment')).active === 0);
    expect(requests()).to.equal(1);
  });

  it('a second one of the same order: a dead letter names both transactions', async () => {
    await register();
    await notify();
    await reached('fulfilled');
    const secondTransactionId = payment.transactionId.replace(/1$/, '2');
    await notify({ transactionId: secondTransactionId });
    const letter = await deadLetter('ORDER_PAID_TWICE');
    expect(letter.details).to.include({
      firstTransactionId: payment.transactionId,
      secondTransactionId,
      paidAmountFen: 8_800,
    });
    const order = await payment.installation.readOrder(payment.outTradeNo);
    expect(order.status).to.equal('fulfilled');
    expect(order.time_line.map((entry) => entry.event)).to.include('payment.second');
    expect(requests()).to.equal(1);
  });

  it('too late, where late payments are refunded: nothing is delivered, and it is given back', async () => {
    setMerchant({ latePayment: 'refund' });
    await closeOrder();
    await notify();
    const { held, refund_requests: refunds } = await reached('paid');
    expect(held).to.equal('late');
    expect(refunds[0]).to.deep.include({
      transaction_id: payment.transactionId,
      amount: { refund: 8_800, total: 8_800, currency: 'CNY' },
      requested_by: 'late_payment',
    });
    const entry = await waitFor('the ledger entry', () =>
      payment.installation.store.callbacks.find(payment.callbackKey),
    );
    expect(entry).to.include({ outcome: 'payment.late' });
    expect(requests()).to.equal(0);
  });

  it('too late, where late payments are delivered: it is delivered', async () => {
    setMerchant({ latePayment: 'deliver' });
    await closeOrder();
    await notify();
    const { time_line: timeLine } = await reached('fulfilled');
    expect(timeLine.find((entry) => entry.event === 'paid')).to.include({ late: true });
    expect(deliveries()).to.have.length(1);
  });

  it('before its order: it waits, and is applied once the order is registered', async () => {
    expect(await notify()).to.equal(204);
    await payment.untilJobWaits();
    await register();
    await reached('fulfilled');
    expect(await openDeadLetters()).to.deep.equal([]);
  });

  it('minutes before its order: it is applied as soon as the order is registered', async () => {
    await notify();
    await postponed(1);
    payment.aheadMs = 3 * minuteMs;
    await postponed(2);
    await register();
    await reached('fulfilled');
  });

  it('of an order that nobody registers: no dead letter before ten minutes', async () => {
    await notify();
    await postponed(1);
    payment.aheadMs = 9 * minuteMs;
    await postponed(2);
    expect(await openDeadLetters()).to.deep.equal([]);
  });

  it('of an order that nobody registers: a dead letter after ten minutes', async () => {
    await notify();
    await postponed(1);
    payment.aheadMs = 11 * minuteMs;
    await deadLetter('ORDER_UNKNOWN');
  });

  it('of an order that nobody registers, with unknown_order forward: the shop is told of it', async () => {
    setMerchant({ unknownOrder: 'forward', unknownOrderAfterMs: 1_000 });
    await notify();
    await waitFor('the shop to be told', () => unmatched().length === 1);
    expect(await openDeadLetters()).to.deep.equal([]);
  });

  it('while the shop is down: it is told again until it answers, and delivers once', async () => {
    payment.installation.shop.fail({ status: 500, times: 3 });
    await register();
    await notify();
    await reached('fulfilled');
    expect(requests()).to.equal(4);
    expect(deliveries()).to.have.length(1);
  });

  it('without a shop to tell: a dead letter, and the effect does not come back for ever', async () => {
    setMerchant({ shop: undefined });
    await register();
    await notify();
    await deadLetter('SHOP_NOT_CONFIGURED');
    const order = await waitFor('the effect to be settled', async () => {
      const read = await payment.installation.readOrder(payment.outTradeNo);
      return read.pending.length === 0 && read.status === 'paid' ? read : undefined;
    });
    expect(order.time_line.at(-1)).to.include({ event: 'fulfil-order.dead_letter' });
  });

  it('whose dead letter is added again once the shop can be told: it is delivered, and the letter resolved', async () => {
    setMerchant({ shop: undefined });
    await register();
    await notify();
    const letter = await deadLetter('SHOP_NOT_CONFIGURED');
    await payment.installation.stopService('order-worker');
    setMerchant({ shop: payment.installation.shopSettings });
    await payment.installation.startService('order-worker');
    await addAgain(letter);
    await reached('fulfilled');
    await waitFor('the dead letter to be resolved', async () => {
      const stored = await payment.installation.store.deadLetters.find(letter.queue, letter.jobId);
      return stored?.state === 'resolved';
    });
    expect(deliveries()).to.have.length(1);
  });

  it('that was refunded before we learned of it: held, whatever comes again, until a person replays its dead letter', async () => {
    await register();
    expect(await notify({ tradeState: 'REFUND' })).to.equal(204);
    const letter = await deadLetter('ORDER_REFUND_SEEN');
    expect(letter.details).to.include({ orderAmountFen: 8_800, paidAmountFen: 8_800 });
    const { callbacks, deadLetters, orders } = payment.installation.store;
    const find = () => orders.find(testMerchant.mchId, payment.outTradeNo);
    const held = await find();
    expect(held).to.deep.include({ status: 'paid', effects: [] });
    expect(held?.timeLine.map((entry) => entry.event)).to.include('payment.refund_seen');

    expect(await notify({ tradeState: 'SUCCESS' })).to.equal(204);
    await waitFor('the plain payment', async () => {
      return (await callbacks.find(payment.callbackKey))?.outcome === 'payment.refund_seen';
    });
    // Sent again and again, as WeChat does: an add is swallowed until the failed job is gone from Redis.
    const refundAgain = async () => {
      expect(await notify({ tradeState: 'REFUND' })).to.equal(204);
      return Number((await deadLetters.find(letter.queue, letter.jobId))?.times) > 1;
    };
    await waitFor('the refund', refundAgain, { intervalMs: 250 });
    expect(await find()).to.deep.equal(held);
    expect(requests()).to.equal(0);

    await addAgain(letter);
    const { time_line: timeLine } = await reached('fulfilled');
    expect(timeLine.map((entry) => entry.event)).to.include('released');
    await waitFor('the dead letter to be resolved', async () => {
      return (await deadLetters.find(letter.queue, letter.jobId))?.state === 'resolved';
    });
    expect(deliveries()).to.have.length(1);
    const [attempted] = await attemptsOf('order-fulfilment', 1);
    expect(attempted?.lane).to.equal('bulk');
  });

  it('while the shop is busy: it is told when the shop asked for it, and no attempt is used', async () => {
    await register();
    payment.installation.shop.fail({ status: 503, times: 2, retryAfterSeconds: 1 });
    await notify();
    await reached('fulfilled');
    const attempts = await attemptsOf('order-fulfilment', 3);
    expect(attempts.map(({ outcome, errorCode, attempt }) => [outcome, errorCode, attempt])).to.deep.equal([
      ['postponed', 'SHOP_BUSY', 1],
      ['postponed', 'SHOP_BUSY', 1],
      ['fulfilled', undefined, 1],
    ]);
    expect(attempts.slice(0, 2).map(({ retryDelayMs }) => retryDelayMs)).to.deep.equal([1_000, 1_000]);
  });

  it('of a merchant that this worker’s file does not have yet: it waits for a worker that has it', async () => {
    await withOwnInstallation(['order-worker', 'message-worker'], async () => {
      await register();
      expect(await notify()).to.equal(204);
      (payment.installation.directory.merchants as Map<string, Merchant>).delete(testMerchant.mchId);
      await payment.installation.startService('order-worker');
      await postponed(1);
      expect(await openDeadLetters()).to.deep.equal([]);
    });
  });

  it('of physical goods: accepted by the shop is not yet fulfilled', async () => {
    await payment.installation.createOrder(payment.outTradeNo, { prepay: false, logistics_type: 1 });
    await notify();
    expect((await reached('accepted')).time_line.map((entry) => entry.event)).not.to.include('fulfilled');
  });

  it('a callback that nothing understands is kept whole', async () => {
    await notify({ tradeState: 'CLOSED' });
    const letter = await deadLetter('CALLBACK_NOT_UNDERSTOOD');
    expect(String((letter.payload as { body: string }).body)).to.include('encrypt-resource');
  });
});
