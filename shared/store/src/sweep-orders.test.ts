import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Effect, NewOrder, Order } from './order.ts';
import { effectOf, inParallel, newOrder, paymentOf, useStore } from './test-store.test.ts';

const now = new Date('2026-11-22T10:00:00Z');
const at = (seconds: number) => new Date(now.getTime() + seconds * 1_000);

describe('a sweep after Redis was lost', () => {
  const { orders } = useStore().store;
  let epochs = 0;

  function newEpoch(): string {
    epochs += 1;
    return `epoch-${epochs}`;
  }

  async function registered(changes: Partial<NewOrder> = {}): Promise<Order> {
    return (await orders.register(newOrder(changes))).order;
  }

  async function paidWith(...effects: Effect[]): Promise<Order> {
    const order = await registered();
    const paid = await orders.pay(order, paymentOf(order), { eventKey: 'event-1', effects });
    if (paid === undefined) throw new Error('not paid');
    return paid;
  }

  async function reread({ mchId, outTradeNo }: Order): Promise<Order> {
    const found = await orders.find(mchId, outTradeNo);
    if (found === undefined) throw new Error('not found');
    return found;
  }

  /** Sweeps until nothing is left, and gives the rounds. */
  async function sweepAll(
    sweep: typeof orders.sweepEffects,
    epoch: string,
    limit = 1_000,
  ): Promise<number[]> {
    const rounds: number[] = [];
    do rounds.push(await sweep({ epoch, now, limit }));
    while (rounds.at(-1) !== 0);
    return rounds;
  }

  describe('of effects', () => {
    it('makes all of them due now, in the bulk lane', async () => {
      const leased = effectOf('leased', { dueAt: at(3_600) });
      const due = effectOf('due', { dueAt: at(-5) });
      const order = await paidWith(leased, due);
      await sweepAll(orders.sweepEffects, newEpoch());
      expect((await reread(order)).effects).to.deep.equal([
        { ...leased, dueAt: now, lane: 'bulk' },
        { ...due, lane: 'bulk' },
      ]);
      const claimed = await orders.claimDueEffects({ now, leaseMs: 60_000, limit: 1_000 });
      const mine = claimed.filter((one) => one.order.id === order.id);
      expect(mine.map(({ effect }) => [effect.id, effect.lane])).to.deep.equal([
        ['leased', 'bulk'],
        ['due', 'bulk'],
      ]);
    });

    it('leaves an effect that was made a moment ago in its lane, where its job probably is', async () => {
      const fresh = effectOf('fresh', { dueAt: at(10) });
      const order = await paidWith(fresh);
      await sweepAll(orders.sweepEffects, newEpoch());
      expect((await reread(order)).effects).to.deep.equal([{ ...fresh, dueAt: now }]);
    });

    it('touches each order once per epoch, however many rounds and sweepers there are', async () => {
      await sweepAll(orders.sweepEffects, newEpoch());
      const made = await inParallel(25, () => paidWith(effectOf('one', { dueAt: at(3_600) })));
      const epoch = newEpoch();
      const rounds = await Promise.all([1, 2, 3].map(() => sweepAll(orders.sweepEffects, epoch, 4)));
      for (const counts of rounds) expect(Math.max(...counts)).to.be.at.most(4);
      for (const order of made) expect((await reread(order)).version).to.equal(order.version + 1);
      await orders.claimDueEffects({ now, leaseMs: 3_600_000, limit: 1_000 });
      expect(await orders.sweepEffects({ epoch, now, limit: 10 })).to.equal(0);
      for (const order of made) expect((await reread(order)).effects[0]?.dueAt).to.deep.equal(at(3_600));
      expect(await orders.sweepEffects({ epoch: newEpoch(), now, limit: 10 })).to.equal(10);
    });

    it('brings back no effect that is settled, and loses none that is added, at the same time', async () => {
      const made = await inParallel(10, () => paidWith(effectOf('fulfil', { dueAt: at(3_600) })));
      const accept = ({ mchId, outTradeNo }: Order) =>
        orders.accept(mchId, outTradeNo, 'fulfil', {
          httpStatus: 200,
          fulfilledToo: true,
          effects: [effectOf('tell', { dueAt: at(3_600) })],
        });
      const sweep = sweepAll(orders.sweepEffects, newEpoch());
      await Promise.all([...made.map(accept), sweep]);
      for (const order of made) {
        const { status, effects } = await reread(order);
        expect({ status, ids: effects.map(({ id }) => id) }).to.deep.equal({
          status: 'fulfilled',
          ids: ['tell'],
        });
      }
    });

    it('leaves orders alone that wait for nothing', async () => {
      const order = await paidWith(effectOf('one'));
      await orders.settleEffect(order.mchId, order.outTradeNo, 'one', { event: 'done' });
      const before = await reread(order);
      await sweepAll(orders.sweepEffects, newEpoch());
      expect(await reread(order)).to.deep.equal(before);
    });
  });

  describe('of open orders', () => {
    it('makes every created order due for a query, one that was given up too', async () => {
      const [waiting, givenUp] = [await registered(), await registered()];
      await orders.recordQuery(givenUp, { nextQueryAt: undefined });
      await sweepAll(orders.sweepOpenOrders, newEpoch());
      for (const order of [waiting, givenUp]) expect((await reread(order)).nextQueryAt).to.deep.equal(now);
    });

    it('touches each order once per epoch, however many rounds and sweepers there are', async () => {
      await sweepAll(orders.sweepOpenOrders, newEpoch());
      const made = await inParallel(25, () => registered());
      const epoch = newEpoch();
      await Promise.all([1, 2, 3].map(() => sweepAll(orders.sweepOpenOrders, epoch, 4)));
      for (const order of made) {
        const swept = await reread(order);
        expect(swept.version).to.equal(order.version + 1);
        await orders.recordQuery(swept, { nextQueryAt: at(420) });
      }
      expect(await orders.sweepOpenOrders({ epoch, now, limit: 10 })).to.equal(0);
      for (const order of made) expect((await reread(order)).nextQueryAt).to.deep.equal(at(420));
    });

    it('leaves paid and closed orders alone', async () => {
      const paid = await paidWith();
      const closed = await orders.close(await registered());
      if (closed === undefined) throw new Error('not closed');
      await sweepAll(orders.sweepOpenOrders, newEpoch());
      for (const order of [paid, closed]) expect(await reread(order)).to.deep.equal(order);
    });
  });
});
