import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Effect } from './order.ts';
import { effectOf, inParallel, newOrder, paymentOf, useStore } from './test-store.test.ts';
import { toRefundEffect } from './to-refund-effect.ts';

const now = new Date('2026-11-22T10:00:00Z');
const leaseMs = 60_000;
const at = (seconds: number) => new Date(now.getTime() + seconds * 1_000);

describe('claimDueEffects', () => {
  const { orders } = useStore().store;

  async function paidWith(effects: Effect[]) {
    const { order } = await orders.register(newOrder());
    await orders.pay(order, paymentOf(order), { eventKey: 'event-1', effects });
    return order;
  }

  /** Claims whatever is due, and names what was claimed of these orders. */
  async function claimOf(made: readonly { outTradeNo: string }[], claimAt: Date) {
    const claimed = await orders.claimDueEffects({ now: claimAt, leaseMs, limit: 1_000 });
    const mine = claimed.filter(({ order }) =>
      made.some(({ outTradeNo }) => outTradeNo === order.outTradeNo),
    );
    return mine.map(({ order, effect }) => `${order.outTradeNo} ${effect.id}`);
  }

  it('claims what is due, not what is not, and nothing twice before the lease is over', async () => {
    const order = await paidWith([effectOf('due', { dueAt: at(0) }), effectOf('later', { dueAt: at(30) })]);
    expect(await claimOf([order], at(0))).to.deep.equal([`${order.outTradeNo} due`]);
    expect(await claimOf([order], at(1))).to.deep.equal([]);
    expect(await claimOf([order], at(30))).to.deep.equal([`${order.outTradeNo} later`]);
    expect(await claimOf([order], at(60))).to.deep.equal([`${order.outTradeNo} due`]);
    await orders.settleEffect(order.mchId, order.outTradeNo, 'due', { event: 'done' });
    await orders.settleEffect(order.mchId, order.outTradeNo, 'later', { event: 'done' });
    expect(await claimOf([order], at(10_000))).to.deep.equal([]);
  });

  it('gives the order and the effect as they are after the claim', async () => {
    const { outTradeNo } = await paidWith([effectOf('due', { dueAt: at(0) })]);
    const due = await orders.claimDueEffects({ now, leaseMs, limit: 1_000 });
    const claimed = due.find(({ order }) => order.outTradeNo === outTradeNo);
    expect(claimed?.effect).to.deep.equal({
      ...effectOf('due', { dueAt: at(60) }),
      dueSince: at(0),
    });
    expect(claimed?.order).to.include({ outTradeNo, status: 'paid', version: 3 });
    expect(claimed?.order.effects).to.deep.equal([claimed?.effect]);
  });

  it('gives no effect to two of eight claimers, and every effect to one', async () => {
    const made = await inParallel(40, () =>
      paidWith([effectOf('a', { dueAt: at(1_000) }), effectOf('b', { dueAt: at(1_000) })]),
    );
    const claims = (await inParallel(8, () => claimOf(made, at(1_000)))).flat();
    expect(claims).to.have.length(80);
    expect(new Set(claims)).to.have.length(80);
  });

  async function dueAfterClaim({ outTradeNo }: { outTradeNo: string }, claimAtSeconds: number) {
    const claimed = await orders.claimDueEffects({ now: at(claimAtSeconds), leaseMs, limit: 1_000 });
    const mine = claimed.find(({ order }) => order.outTradeNo === outTradeNo);
    return mine && (mine.effect.dueAt.getTime() - now.getTime()) / 1_000;
  }

  it('looks at an effect less and less often the longer it waits, but at least every hour', async () => {
    const order = await paidWith([effectOf('due', { dueAt: at(0) })]);
    expect(await dueAfterClaim(order, 60)).to.equal(60 + 60);
    expect(await dueAfterClaim(order, 1_200)).to.equal(1_200 + 300);
    expect(await dueAfterClaim(order, 100_000)).to.equal(100_000 + 3_600);
  });

  it('looks at a refund of an old order as soon as at one of a new one', async () => {
    const { order } = await orders.register(newOrder());
    const { mchId, outTradeNo } = order;
    const paidAt = new Date(Date.now() - 24 * 60 * 60_000).toISOString();
    const payment = { ...paymentOf(order), successTime: paidAt };
    await orders.pay(order, payment, { eventKey: 'event-1', effects: [] });
    const claimAt = new Date();
    const cause = { requestId: 'request-1', lane: 'live' } as const;
    const effect = toRefundEffect({ mchId, outTradeNo, outRefundNo: 'R1' }, cause, claimAt);
    const refund = { outRefundNo: 'R1', refundFen: 1, requestedBy: 'api' };
    await orders.requestRefund(mchId, outTradeNo, refund, { effects: [effect] });
    const claimed = await orders.claimDueEffects({ now: claimAt, leaseMs, limit: 1_000 });
    const mine = claimed.find((one) => one.order.outTradeNo === outTradeNo);
    expect(mine?.effect.dueAt).to.deep.equal(new Date(claimAt.getTime() + leaseMs));
  });

  it('looks often again at an effect that was put off, or that a lost Redis has brought back', async () => {
    const order = await paidWith([effectOf('due', { dueAt: at(0) })]);
    await dueAfterClaim(order, 60);
    await dueAfterClaim(order, 100_000);
    await orders.renewEffect(order, { id: 'due', dueAt: at(200_000), round: 1 });
    expect(await dueAfterClaim(order, 200_000)).to.equal(200_060);
    await dueAfterClaim(order, 300_000);
    while ((await orders.sweepEffects({ epoch: 'B', now: at(300_010), limit: 1_000 })) > 0);
    expect(await dueAfterClaim(order, 300_010)).to.equal(300_070);
  });

  it('claims no more than it is asked for', async () => {
    await inParallel(6, () => paidWith([effectOf('a', { dueAt: at(0) }), effectOf('b', { dueAt: at(0) })]));
    const claimed = await orders.claimDueEffects({ now: at(100_000), leaseMs, limit: 3 });
    expect(claimed).to.have.length(3);
  });
});
