import { expect } from 'chai';
import { after, describe, it } from 'mocha';
import { createStore, type Store } from './store.ts';
import { codeOf, inParallel, newOrder, paymentOf, quietOptions, useStore } from './test-store.test.ts';

const now = new Date('2026-11-22T10:00:00Z');

describe('64 clients at once', () => {
  const clock = { now: () => now };
  const { store, uri } = useStore({ clock });
  /** Four processes with 16 clients each. */
  const stores = [store, ...[1, 2, 3].map(() => createStore({ ...quietOptions(), clock, uri }))];
  after(async () => {
    await Promise.all(stores.slice(1).map((other) => other.close()));
  });

  const with64 = <T>(work: (client: Store, index: number) => Promise<T>): Promise<T[]> =>
    inParallel(64, (index) => work(stores[index % stores.length] ?? store, index));

  it('that put one callback into the inbox make one row, and none of them fails', async () => {
    const job = { id: 'apply-payment_1', name: 'apply-payment' as const, data: {} };
    await with64((client) => client.inbox.put(job));
    const claims = await with64((client) => client.inbox.claim({ now, leaseMs: 60_000, limit: 10 }));
    expect(claims.flat().map(({ id, puts, claims: claimed }) => ({ id, puts, claimed }))).to.deep.equal([
      { id: job.id, puts: 64, claimed: 1 },
    ]);
  });

  it('that register one order number register it once', async () => {
    const order = newOrder();
    const outcomes = (await with64((client) => client.orders.register(order))).map(({ outcome }) => outcome);
    expect(outcomes.toSorted()).to.deep.equal(['registered', ...Array(63).fill('same')]);
  });

  it('that let one transaction pay two orders pay one of them, once', async () => {
    const both = [
      (await store.orders.register(newOrder())).order,
      (await store.orders.register(newOrder())).order,
    ];
    const transactionId = '4200000000000000000000000064';
    const results = await with64(async (client, index) => {
      const order = both[Math.floor(index / 4) % 2];
      if (order === undefined) throw new Error('no order');
      const paying = client.orders.pay(order, paymentOf(order, { transactionId }), {
        eventKey: `event-${index}`,
        effects: [],
      });
      return await paying.then(
        (paid) => (paid === undefined ? 'late' : 'paid'),
        (error: { code?: string }) => error.code,
      );
    });
    expect(results.filter((result) => result === 'paid')).to.have.length(1);
    expect(new Set(results)).to.deep.equal(new Set(['paid', 'late', 'ORDER_PAID_TWICE']));
    const statuses = await Promise.all(
      both.map(async ({ mchId, outTradeNo }) => (await store.orders.find(mchId, outTradeNo))?.status),
    );
    expect(statuses.toSorted()).to.deep.equal(['created', 'paid']);
  });

  it('that record one callback count 64 arrivals in one entry', async () => {
    const callback = {
      key: 'payment_1',
      mchId: '1900000001',
      notificationId: 'notification-1',
      eventType: 'TRANSACTION.SUCCESS',
      receivedAt: now,
      requestId: 'request-1',
      outTradeNo: 'order-of-64',
      outcome: 'paid',
    };
    await with64((client) => client.callbacks.record(callback));
    const entries = await store.callbacks.listForOrder(callback.mchId, callback.outTradeNo);
    expect(entries.map(({ times }) => times)).to.deep.equal([64]);
  });

  it('that store one dead letter count 64 deaths in one row', async () => {
    const deadLetter = {
      queue: 'payment-event',
      jobId: 'apply-payment_1',
      jobName: 'apply-payment',
      payload: {},
      errorCode: 'ORDER_UNKNOWN',
      reason: '',
      details: {},
      attempts: 1,
      firstAttemptAt: now,
      failedAt: now,
    };
    await with64((client) => client.deadLetters.store(deadLetter));
    expect(await store.deadLetters.find('payment-event', 'apply-payment_1')).to.include({ times: 64 });
  });

  it('that take from one bucket never get more than is in it', async () => {
    const bucket = { key: 'bucket', perSecond: 10, burst: 50 };
    const sumOf = (granted: number[]) => granted.reduce((sum, one) => sum + one, 0);
    const takeAt = (at: Date) => with64((client) => client.turns.take({ ...bucket, want: 3, now: at }));
    let granted = sumOf(await takeAt(now));
    expect(granted).to.be.within(1, 50);
    // Whoever got nothing in the crowd gets it afterwards: what is there is not lost either.
    for (let left = 1; left > 0; granted += left) left = await store.turns.take({ ...bucket, want: 3, now });
    expect(granted).to.equal(50);
    const soon = new Date(now.getTime() + 1_500);
    expect(sumOf(await takeAt(soon))).to.be.within(1, 15);
  });

  it('that release one held order release it once', async () => {
    const { order } = await store.orders.register(newOrder());
    const held = await store.orders.pay(order, paymentOf(order), {
      eventKey: 'event-1',
      effects: [],
      held: 'refund_seen',
    });
    if (held === undefined) throw new Error('not paid');
    const released = await with64((client) => client.orders.release(held, { effects: [] }));
    expect(released.filter((one) => one !== undefined)).to.have.length(1);
    expect(await codeOf(store.orders.release(held, { effects: [] }))).to.equal('no error');
  });
});
