import type { Order } from '@huidiao/store';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { mchId } from '../reconciler.fixture.test.ts';
import { hourMs, minuteMs, secondMs, useOpenOrders } from './open-orders.fixture.test.ts';

describe('asking WeChat Pay about open orders', () => {
  const orders = useOpenOrders();
  const {
    callsOf,
    callsSince,
    clock,
    connect,
    createRound,
    failWith,
    outcomes,
    pay,
    prepay,
    read,
    recording,
    register,
    round,
  } = orders;

  it('asks about no order before its first minute is over', async () => {
    await register();
    const before = callsOf();
    clock.advance(59 * secondMs);
    expect(await round()).to.equal(0);
    expect(callsSince(before)).to.deep.equal({ query: 0, close: 0 });
  });

  it('sends a payment whose callback was missed the way of a callback, in the bulk lane', async () => {
    const order = await register();
    const transactionId = pay(order);
    clock.advance(minuteMs);
    expect(await round()).to.equal(1);
    expect(recording.added).to.have.length(1);
    const [job] = recording.added;
    expect(job).to.include({
      name: 'apply-payment',
      lane: 'bulk',
      id: `apply-payment_${mchId}_${transactionId}_SUCCESS~heal-1`,
    });
    expect(job?.data).to.include({
      callbackKey: `payment_${mchId}_${transactionId}_SUCCESS`,
      notificationId: 'query',
    });
    expect(job?.data).to.have.property('payment').that.includes({
      outTradeNo: order.outTradeNo,
      transactionId,
      amountFen: 888,
    });
    const { nextQueryAt, queries, status } = await read(order);
    // The worker moves the order, nobody else; and it gets some time to do so.
    expect([status, queries]).to.deep.equal(['created', 1]);
    expect(Number(nextQueryAt)).to.be.within(
      clock.now().getTime() + 4 * minuteMs,
      clock.now().getTime() + 6 * minuteMs,
    );
    expect(outcomes).to.deep.equal(['healed']);
  });

  it('heals again under a new id as long as the order is not paid', async () => {
    const order = await register();
    pay(order);
    clock.advance(minuteMs);
    await round();
    clock.advance(6 * minuteMs);
    await round();
    expect(recording.added.map(({ id }) => id.split('~')[1])).to.deep.equal(['heal-1', 'heal-2']);
  });

  it('says that a refund was seen where WeChat Pay says REFUND', async () => {
    const order = await register();
    const transactionId = pay(order);
    orders.simulator.refundAtConsole(mchId, order.outTradeNo);
    clock.advance(minuteMs);
    await round();
    const [job] = recording.added;
    expect(job?.id).to.equal(`apply-payment_${mchId}_${transactionId}_REFUND~heal-1`);
    expect(job?.data).to.have.property('payment').that.includes({ refundSeen: true });
    expect(outcomes).to.deep.equal(['refund_seen']);
  });

  it('comes back at the next time of the schedule to an order that is not paid, or not prepaid', async () => {
    const both = [await register(), await register()];
    await prepay(both[0] as Order);
    clock.advance(minuteMs);
    expect(await round()).to.equal(2);
    for (const order of both) {
      const { nextQueryAt, queries } = await read(order);
      expect(Number(nextQueryAt)).to.equal(order.createdAt.getTime() + 2 * minuteMs);
      expect(queries).to.equal(1);
    }
    expect(recording.added).to.deep.equal([]);
  });

  it('closes an order that expired unpaid at WeChat Pay, and here only when that says so', async () => {
    const order = await register();
    await prepay(order);
    const before = callsOf();
    clock.advance(2 * hourMs + 11 * secondMs);
    expect(await round()).to.equal(1);
    expect(callsSince(before)).to.deep.equal({ query: 2, close: 1 });
    expect(orders.simulator.ledger(order.outTradeNo).orders[0]?.trade_state).to.equal('CLOSED');
    const closed = await read(order);
    expect(closed.status).to.equal('closed');
    expect(closed.nextQueryAt).to.equal(undefined);
    expect(closed.timeLine.at(-1)).to.include({ event: 'closed', by: 'query', tradeState: 'CLOSED' });
  });

  it('leaves an order open whose close met a payment, and heals it a moment later', async () => {
    const order = await register();
    await prepay(order);
    clock.advance(2 * hourMs + 11 * secondMs);
    failWith('close', { status: 429, body: { code: 'FREQUENCY_LIMITED', message: '频率超限' } });
    expect(await round()).to.equal(1);
    expect((await read(order)).status).to.equal('created');
    expect(outcomes).to.deep.equal(['open']);
    // The merchant's other orders are asked about all the same.
    const other = await register();
    pay(other);
    clock.advance(minuteMs);
    await round();
    expect(outcomes).to.include.members(['closed', 'healed']);
  });

  it('closes an order here that somebody closed at WeChat Pay', async () => {
    const order = await register();
    await prepay(order);
    await connect().closeByOutTradeNo(order.outTradeNo);
    clock.advance(minuteMs);
    await round();
    expect((await read(order)).status).to.equal('closed');
  });

  it('never closes the number of another system, and ends its order when WeChat Pay would take no payment', async () => {
    const order = await register({ prepay: false });
    await prepay(order);
    const before = callsOf();
    clock.advance(3 * hourMs);
    await round();
    expect((await read(order)).status).to.equal('created');
    clock.advance(9 * 24 * hourMs);
    await round();
    expect((await read(order)).status).to.equal('closed');
    expect(callsSince(before)).to.deep.equal({ query: 2, close: 0 });
    expect(orders.simulator.ledger(order.outTradeNo).orders[0]?.trade_state).to.equal('NOTPAY');
  });

  describe('from two replicas at once', () => {
    it('asks about each order once', async () => {
      const twenty = await Promise.all(Array.from({ length: 20 }, () => register()));
      for (const order of twenty) pay(order);
      clock.advance(minuteMs);
      const before = callsOf();
      const settled = await Promise.all([round(), createRound()()]);
      expect((settled[0] ?? 0) + (settled[1] ?? 0)).to.equal(20);
      expect(callsSince(before)).to.deep.equal({ query: 20, close: 0 });
      expect(new Set(recording.added.map(({ id }) => id)).size).to.equal(20);
    });

    it('keeps the merchant’s rate, closing included', async () => {
      const perSecond = 5;
      const expired = new Date(clock.now().getTime() + 30 * secondMs);
      for (let n = 0; n < 40; n += 1) await register(n % 2 === 0 ? { timeExpire: expired } : {});
      const rounds = [createRound({ perSecond }), createRound({ perSecond })];
      const before = callsOf();
      const startedAt = clock.now().getTime() + minuteMs;
      clock.advance(minuteMs);
      for (let second = 0; second < 6; second += 1) {
        await Promise.all(rounds.map((each) => each()));
        const { query = 0, close = 0 } = callsSince(before);
        const elapsedSeconds = (clock.now().getTime() - startedAt) / secondMs;
        expect(query + close).to.be.at.most(perSecond + Math.ceil(elapsedSeconds * perSecond));
        clock.advance(secondMs);
      }
      // And it is used: the replicas leave no turns but the few that do not suffice for the next order.
      const { query = 0, close = 0 } = callsSince(before);
      expect(query + close).to.be.at.least(perSecond * 5);
    });
  });
});
