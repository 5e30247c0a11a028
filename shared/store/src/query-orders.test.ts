import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Order } from './order.ts';
import { inParallel, newOrder, paymentOf, useStore } from './test-store.test.ts';

const createdAt = new Date('2026-11-22T10:00:00Z');
const leaseMs = 60_000;
const at = (seconds: number) => new Date(createdAt.getTime() + seconds * 1_000);

describe('the queries of open orders', () => {
  const { orders } = useStore({ clock: { now: () => createdAt } }).store;
  let merchants = 0;

  /** Orders of a merchant of their own, so that a claim finds no others. */
  async function registered(count: number): Promise<Order[]> {
    merchants += 1;
    const mchId = `19000${merchants}`;
    return await inParallel(count, async () => (await orders.register(newOrder({ mchId }))).order);
  }

  const claim = (mchId: string, now: Date, limit = 100) =>
    orders.claimOrdersToQuery({ mchId, now, leaseMs, limit });

  async function one(): Promise<Order> {
    const [order] = await registered(1);
    if (order === undefined) throw new Error('not registered');
    return order;
  }

  it('are due a minute after registration, for the merchant of the order', async () => {
    const order = await one();
    expect(order.nextQueryAt).to.deep.equal(at(60));
    expect(order.queries).to.equal(0);
    expect(await claim(order.mchId, at(59))).to.deep.equal([]);
    expect(await claim('1900000009', at(60))).to.deep.equal([]);
    const claimed = await claim(order.mchId, at(60));
    expect(claimed).to.deep.equal([{ ...order, version: 2, nextQueryAt: at(120) }]);
  });

  it('are claimed by nobody else before the lease is over', async () => {
    const { mchId } = await one();
    expect(await claim(mchId, at(60))).to.have.length(1);
    expect(await claim(mchId, at(119))).to.deep.equal([]);
    expect(await claim(mchId, at(120))).to.have.length(1);
  });

  it('begin with the order that has waited longest, and are no more than asked for', async () => {
    const all = await registered(3);
    for (const [index, order] of all.entries())
      await orders.recordQuery(order, { nextQueryAt: at(1_000 - index) });
    const claimed = await claim(String(all[0]?.mchId), at(2_000), 2);
    expect(claimed.map(({ id }) => id)).to.deep.equal([all[2]?.id, all[1]?.id]);
  });

  it('are each claimed by one of eight claimers', async () => {
    const all = await registered(24);
    const mchId = String(all[0]?.mchId);
    const claims = (await inParallel(8, () => claim(mchId, at(60)))).flat().map(({ id }) => id);
    expect(claims.toSorted()).to.deep.equal(all.map(({ id }) => id).toSorted());
  });

  it('are counted, and said when they come next', async () => {
    const { mchId, outTradeNo } = await one();
    const [claimed] = await claim(mchId, at(60));
    if (claimed === undefined) throw new Error('not claimed');
    const event = { event: 'queried', tradeState: 'NOTPAY' };
    expect(await orders.recordQuery(claimed, { nextQueryAt: at(420), event })).to.equal(true);
    const after = await orders.find(mchId, outTradeNo);
    expect(after).to.deep.include({ queries: 1, nextQueryAt: at(420), status: 'created' });
    expect(after?.timeLine.at(-1)).to.deep.equal({ at: createdAt, ...event });
    expect(await orders.recordQuery(claimed, { nextQueryAt: at(1) }), 'the lease is over').to.equal(false);
  });

  it('end when nothing is to be learned any more', async () => {
    const { mchId, outTradeNo } = await one();
    const [claimed] = await claim(mchId, at(60));
    if (claimed === undefined) throw new Error('not claimed');
    expect(await orders.recordQuery(claimed, { nextQueryAt: undefined })).to.equal(true);
    const after = await orders.find(mchId, outTradeNo);
    expect(after).to.include({ queries: 1 }).and.not.to.have.property('nextQueryAt');
    expect(await claim(mchId, at(1_000_000))).to.deep.equal([]);
  });

  for (const status of ['paid', 'closed'] as const) {
    it(`end when the order is ${status}, and no answer that comes later brings them back`, async () => {
      const { mchId } = await one();
      const [claimed] = await claim(mchId, at(60));
      if (claimed === undefined) throw new Error('not claimed');
      const settled =
        status === 'paid'
          ? await orders.pay(claimed, paymentOf(claimed), { eventKey: 'event-1', effects: [] })
          : await orders.close(claimed);
      expect(settled).to.include({ status }).and.not.to.have.property('nextQueryAt');
      expect(await claim(mchId, at(1_000_000))).to.deep.equal([]);
      expect(await orders.recordQuery(claimed, { nextQueryAt: at(420) })).to.equal(false);
      expect(await claim(mchId, at(1_000_000))).to.deep.equal([]);
    });
  }

  it('leave no trace when their answer comes while a sweep asks for another one', async () => {
    const { mchId } = await one();
    const [claimed] = await claim(mchId, at(60));
    if (claimed === undefined) throw new Error('not claimed');
    await orders.sweepOpenOrders({ epoch: `epoch of ${mchId}`, now: at(61), limit: 1_000 });
    expect(await orders.recordQuery(claimed, { nextQueryAt: undefined })).to.equal(false);
    expect(await claim(mchId, at(61))).to.have.length(1);
  });
});
