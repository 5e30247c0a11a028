import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Effect } from './order.ts';
import { effectOf, inParallel, newOrder, paymentOf, useStore } from './test-store.test.ts';

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
    expect(claimed?.effect).to.deep.equal(effectOf('due', { dueAt: at(60) }));
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

  it('looks at an effect less and less often the longer its order waits, but at least every hour', async () => {
    const { order } = await orders.register(newOrder());
    const payment = { ...paymentOf(order), successTime: at(0).toISOString() };
    const effects = [effectOf('due', { dueAt: at(0) })];
    await orders.pay(order, payment, { eventKey: 'event-1', effects });
    const waits: [claimAtSeconds: number, dueAtSeconds: number][] = [
      [60, 60 + 60],
      [1_200, 1_200 + 300],
      [100_000, 100_000 + 3_600],
    ];
    for (const [claimAtSeconds, dueAtSeconds] of waits) {
      const claimed = await orders.claimDueEffects({ now: at(claimAtSeconds), leaseMs, limit: 1_000 });
      const mine = claimed.find((one) => one.order.outTradeNo === order.outTradeNo);
      expect(mine?.effect.dueAt).to.deep.equal(at(dueAtSeconds));
    }
  });

  it('claims no more than it is asked for', async () => {
    await inParallel(6, () => paidWith([effectOf('a', { dueAt: at(0) }), effectOf('b', { dueAt: at(0) })]));
    const claimed = await orders.claimDueEffects({ now: at(100_000), leaseMs, limit: 3 });
    expect(claimed).to.have.length(3);
  });
});
