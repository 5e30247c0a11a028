import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Order } from './order.ts';
import { codeOf, effectOf, inParallel, newOrder, paymentOf, useStore } from './test-store.test.ts';

describe('OrderStore', () => {
  const { store } = useStore();
  const { orders } = store;

  async function registered(changes = {}): Promise<Order> {
    return (await orders.register(newOrder(changes))).order;
  }

  async function paid(effects = [effectOf('fulfil')], changes = {}): Promise<Order> {
    const order = await registered(changes);
    const after = await orders.pay(order, paymentOf(order), { eventKey: 'event-1', effects });
    if (after === undefined) throw new Error('not paid');
    return after;
  }

  async function reread(order: Order): Promise<Order> {
    const found = await orders.find(order.mchId, order.outTradeNo);
    if (found === undefined) throw new Error('not found');
    return found;
  }

  describe('register', () => {
    it('stores an order that can be found again as it was', async () => {
      const order = newOrder({ attach: 'table 5' });
      const registration = await orders.register(order);
      expect(registration.outcome).to.equal('registered');
      expect(registration.order).to.include({ ...order, status: 'created', version: 1 });
      expect(await orders.find(order.mchId, order.outTradeNo)).to.deep.equal(registration.order);
    });

    it('tells a repeated registration from one with other content', async () => {
      const order = newOrder();
      const { order: first } = await orders.register(order);
      expect(await orders.register(order)).to.deep.equal({ outcome: 'same', order: first });
      const other = await orders.register({ ...order, amountFen: 1, contentHash: 'hash-2' });
      expect(other).to.deep.equal({ outcome: 'conflict', order: first });
    });

    it('registers one of 20 simultaneous registrations of one number', async () => {
      const order = newOrder();
      const outcomes = await inParallel(20, () => orders.register(order));
      expect(outcomes.filter(({ outcome }) => outcome === 'registered')).to.have.length(1);
      expect(outcomes.filter(({ outcome }) => outcome === 'same')).to.have.length(19);
    });

    it('keeps the same number of two merchants apart', async () => {
      const order = newOrder();
      await orders.register(order);
      expect((await orders.register({ ...order, mchId: '1900000002' })).outcome).to.equal('registered');
    });

    for (const amountFen of [0, -1, 0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY]) {
      it(`refuses an amount of ${amountFen}`, async () => {
        expect(await codeOf(orders.register(newOrder({ amountFen })))).to.equal('REQUEST_INVALID');
      });
    }

    it('keeps the largest safe amount exactly', async () => {
      const order = await registered({ amountFen: Number.MAX_SAFE_INTEGER });
      expect((await reread(order)).amountFen).to.equal(Number.MAX_SAFE_INTEGER);
    });

    it('finds nothing under a number that nobody registered', async () => {
      expect(await orders.find('1900000001', 'nobodys')).to.equal(undefined);
    });
  });

  describe('pay', () => {
    it('writes status, payment, effects, event key and time line in one update', async () => {
      const order = await registered();
      const payment = paymentOf(order, { openId: 'openid-2', payerTotalFen: 800 });
      const effect = effectOf('fulfil');
      await orders.pay(order, payment, { eventKey: 'event-1', effects: [effect] });
      const after = await reread(order);
      const { transactionId } = payment;
      expect(after).to.include({ status: 'paid', transactionId, version: order.version + 1 });
      expect(after.effects).to.deep.equal([effect]);
      expect(after.appliedEvents).to.deep.equal(['event-1']);
      expect(after.paidAt?.toISOString()).to.equal('2026-11-22T10:00:00.000Z');
      expect(after.payment).to.include({ transactionId, openId: 'openid-2', payerTotalFen: 800 });
      expect(after.timeLine.map(({ event }) => event)).to.deep.equal(['created', 'paid']);
    });

    it('lets one of 32 simultaneous payments win and writes its effects once', async () => {
      const order = await registered();
      const payment = paymentOf(order);
      const results = await inParallel(32, (index) =>
        orders.pay(order, payment, { eventKey: `event-${index}`, effects: [effectOf('fulfil')] }),
      );
      expect(results.filter((result) => result !== undefined)).to.have.length(1);
      const after = await reread(order);
      expect(after).to.include({ status: 'paid', version: order.version + 1 });
      expect(after.effects).to.have.length(1);
      expect(after.appliedEvents).to.have.length(1);
    });

    it('gives nothing when the order has changed since it was read', async () => {
      const order = await registered();
      await orders.noteEvent(order.mchId, order.outTradeNo, 'event-0', { event: 'amount differs' });
      expect(await orders.pay(order, paymentOf(order), { eventKey: 'event-1', effects: [] })).to.equal(
        undefined,
      );
      expect((await reread(order)).status).to.equal('created');
    });

    it('gives nothing for an order that is paid', async () => {
      const order = await paid();
      expect(await orders.pay(order, paymentOf(order), { eventKey: 'event-2', effects: [] })).to.equal(
        undefined,
      );
    });

    it('lets a transaction pay one order only', async () => {
      const first = await paid();
      const second = await registered();
      const payment = paymentOf(second, { transactionId: String(first.transactionId) });
      const work = orders.pay(second, payment, { eventKey: 'event-1', effects: [effectOf('fulfil')] });
      expect(await codeOf(work)).to.equal('ORDER_PAID_TWICE');
      expect(await reread(second)).to.include({ status: 'created', version: second.version });
    });

    it('lets one of two orders win a transaction that pays both at once', async () => {
      const both = [await registered(), await registered()];
      const codes = await Promise.all(
        both.map((order) => {
          const payment = paymentOf(order, { transactionId: '4200000000000000000000000077' });
          return codeOf(orders.pay(order, payment, { eventKey: 'event-1', effects: [] }));
        }),
      );
      expect(codes.toSorted()).to.deep.equal(['ORDER_PAID_TWICE', 'no error']);
    });

    it('lets two merchants have the same transaction id', async () => {
      const first = await paid();
      const second = await registered({ mchId: '1900000002' });
      const payment = paymentOf(second, { transactionId: String(first.transactionId) });
      expect(await orders.pay(second, payment, { eventKey: 'event-1', effects: [] })).to.include({
        status: 'paid',
      });
    });

    it('pays a closed order only when told to, and says that it was late', async () => {
      const order = await registered();
      const closed = await orders.close(order, { reason: 'expired' });
      if (closed === undefined) throw new Error('not closed');
      const payment = paymentOf(order);
      const options = { eventKey: 'event-1', effects: [] };
      expect(await codeOf(orders.pay(closed, payment, options))).to.equal('ORDER_PAID_LATE');
      const after = await orders.pay(closed, payment, { ...options, late: true });
      expect(after?.status).to.equal('paid');
      expect(after?.timeLine.at(-1)).to.include({ event: 'paid', late: true });
    });

    it('refuses a payment of another amount, currency or app', async () => {
      const order = await registered();
      const pay = (changes: object) =>
        codeOf(orders.pay(order, paymentOf(order, changes), { eventKey: 'event-1', effects: [] }));
      expect(await pay({ amountFen: order.amountFen - 1 })).to.equal('ORDER_AMOUNT_DIFFERS');
      expect(await pay({ currency: 'USD' })).to.equal('ORDER_AMOUNT_DIFFERS');
      expect(await pay({ appId: 'wx0000000000000009' })).to.equal('ORDER_IDS_DIFFER');
      expect(await reread(order)).to.deep.equal(order);
    });

    it('takes the time of learning when WeChat names none that can be read', async () => {
      const order = await registered();
      const payment = paymentOf(order, { successTime: 'yesterday' });
      const after = await orders.pay(order, payment, { eventKey: 'event-1', effects: [] });
      expect(Number(after?.updatedAt) - Number(after?.paidAt)).to.be.within(0, 1_000);
    });

    it('writes an effect once although it is named twice', async () => {
      const after = await paid([effectOf('fulfil'), effectOf('fulfil')]);
      expect(after.effects).to.have.length(1);
    });
  });

  describe('close', () => {
    it('closes a created order and never a paid one', async () => {
      const order = await registered();
      expect(await orders.close(order)).to.include({ status: 'closed', version: order.version + 1 });
      const paidOrder = await paid();
      expect(await orders.close(paidOrder)).to.equal(undefined);
      expect((await reread(paidOrder)).status).to.equal('paid');
    });

    it('either closes or pays an order for which both come at once', async () => {
      const order = await registered();
      const [closed, paidOrder] = await Promise.all([
        orders.close(order),
        orders.pay(order, paymentOf(order), { eventKey: 'event-1', effects: [] }),
      ]);
      expect([closed, paidOrder].filter((result) => result !== undefined)).to.have.length(1);
      expect((await reread(order)).version).to.equal(order.version + 1);
    });
  });

  describe('noteEvent', () => {
    it('writes a time line entry once per event', async () => {
      const { mchId, outTradeNo } = await registered();
      const note = () =>
        orders.noteEvent(mchId, outTradeNo, 'event-9', { event: 'amount differs', paidFen: 1 });
      const noted = await inParallel(16, note);
      expect(noted.filter(Boolean)).to.have.length(1);
      const after = await orders.find(mchId, outTradeNo);
      expect(after?.timeLine.filter(({ event }) => event === 'amount differs')).to.have.length(1);
    });

    it('notes nothing about the event that paid the order', async () => {
      const { mchId, outTradeNo } = await paid();
      expect(await orders.noteEvent(mchId, outTradeNo, 'event-1', { event: 'again' })).to.equal(false);
    });

    it('keeps the time line and the applied events bounded', async () => {
      const { mchId, outTradeNo } = await registered();
      for (let index = 0; index < 210; index++) {
        await orders.noteEvent(mchId, outTradeNo, `event-${index}`, { event: 'noted', index });
      }
      const after = await orders.find(mchId, outTradeNo);
      expect(after?.timeLine).to.have.length(200);
      expect(after?.timeLine.at(-1)).to.include({ event: 'noted', index: 209 });
      expect(after?.appliedEvents).to.have.length(100);
      expect(after?.appliedEvents.at(-1)).to.equal('event-209');
    });
  });

  describe('accept', () => {
    const accepted = { httpStatus: 200, fulfilledToo: false, effects: [] };

    it('settles the effect and adds the next ones in the same update', async () => {
      const order = await paid();
      const tell = effectOf('tell', { job: 'send-subscribe-message' });
      await orders.accept(order.mchId, order.outTradeNo, 'fulfil', { ...accepted, effects: [tell] });
      const after = await reread(order);
      expect(after).to.include({ status: 'accepted', version: order.version + 1 });
      expect(after.effects).to.deep.equal([tell]);
      expect(after.timeLine.at(-1)).to.include({ event: 'accepted', httpStatus: 200 });
    });

    it('goes straight to fulfilled when nothing is left to deliver', async () => {
      const order = await paid();
      const options = { ...accepted, fulfilledToo: true };
      const after = await orders.accept(order.mchId, order.outTradeNo, 'fulfil', options);
      expect(after?.status).to.equal('fulfilled');
      expect(after?.timeLine.slice(-2).map(({ event }) => event)).to.deep.equal(['accepted', 'fulfilled']);
    });

    it('is done by one of 16 at once', async () => {
      const order = await paid();
      const options = { ...accepted, effects: [effectOf('tell')] };
      const results = await inParallel(16, () =>
        orders.accept(order.mchId, order.outTradeNo, 'fulfil', options),
      );
      expect(results.filter((result) => result !== undefined)).to.have.length(1);
      expect((await reread(order)).effects.map(({ id }) => id)).to.deep.equal(['tell']);
    });

    it('does nothing for an order that is not paid or does not exist', async () => {
      const order = await registered();
      expect(await orders.accept(order.mchId, order.outTradeNo, 'fulfil', accepted)).to.equal(undefined);
      expect(await orders.accept(order.mchId, 'nobodys', 'fulfil', accepted)).to.equal(undefined);
      expect((await reread(order)).status).to.equal('created');
    });

    it('loses no note and brings back no effect that is settled at the same time', async () => {
      const made = await inParallel(20, () =>
        paid([effectOf('fulfil'), effectOf('settled'), effectOf('left')]),
      );
      const work = made.flatMap(({ mchId, outTradeNo }) => [
        orders.accept(mchId, outTradeNo, 'fulfil', accepted),
        orders.settleEffect(mchId, outTradeNo, 'settled', { event: 'settled' }),
        orders.noteEvent(mchId, outTradeNo, 'event-7', { event: 'noted' }),
      ]);
      await Promise.all(work);
      for (const order of made) {
        const after = await reread(order);
        expect(after).to.include({ status: 'accepted', version: order.version + 3 });
        expect(after.effects.map(({ id }) => id)).to.deep.equal(['left']);
        expect(after.timeLine.map(({ event }) => event)).to.include.members(['noted', 'settled']);
      }
    });
  });

  describe('settleEffect', () => {
    it('takes the effect out and tells the result once', async () => {
      const order = await paid([effectOf('fulfil'), effectOf('other')]);
      const settled = await inParallel(16, () =>
        orders.settleEffect(order.mchId, order.outTradeNo, 'other', { event: 'message.sent', msgId: '1' }),
      );
      expect(settled.filter(Boolean)).to.have.length(1);
      const after = await reread(order);
      expect(after.effects.map(({ id }) => id)).to.deep.equal(['fulfil']);
      expect(after.timeLine.filter(({ event }) => event === 'message.sent')).to.have.length(1);
      expect(after.version).to.equal(order.version + 1);
    });

    it('settles nothing that the order does not wait for', async () => {
      const order = await paid();
      expect(await orders.settleEffect(order.mchId, order.outTradeNo, 'none', { event: 'x' })).to.equal(
        false,
      );
    });
  });

  describe('the prepay turn', () => {
    it('is taken by one of 16 and comes back when the prepay_id is kept', async () => {
      const order = await registered();
      const turns = await inParallel(16, () => orders.takePrepayTurn(order, 60_000));
      expect(turns.filter(Boolean)).to.have.length(1);
      expect(await orders.takePrepayTurn(await reread(order), 60_000)).to.equal(false);
      const expiresAt = new Date('2026-11-22T14:00:00Z');
      const kept = await orders.recordPrepay(order.mchId, order.outTradeNo, {
        prepayId: 'wx201410',
        expiresAt,
      });
      expect(kept).to.include({ prepayId: 'wx201410' });
      expect(kept.prepayIdExpiresAt).to.deep.equal(expiresAt);
      expect(await orders.takePrepayTurn(order, 60_000), 'as read before the prepay_id').to.equal(false);
      expect(await orders.takePrepayTurn(kept, 60_000)).to.equal(true);
    });

    it('is over when its lease is', async () => {
      const order = await registered();
      expect(await orders.takePrepayTurn(order, 0)).to.equal(true);
      expect(await orders.takePrepayTurn(await reread(order), 60_000)).to.equal(true);
    });

    it('is not given for an order that has changed or is paid', async () => {
      const order = await registered();
      const after = await orders.pay(order, paymentOf(order), { eventKey: 'event-1', effects: [] });
      expect(await orders.takePrepayTurn(order, 60_000)).to.equal(false);
      expect(after !== undefined && (await orders.takePrepayTurn(after, 60_000))).to.equal(false);
    });

    const scene_info = { payer_client_ip: '14.23.150.211', device_id: '1' };
    const prepayOptions = { goods_tag: 'tag', scene_info };
    const expiresAt = new Date('2026-11-22T14:00:00Z');
    const ends: [what: string, end: (order: Order) => Promise<unknown>][] = [
      [
        'its last prepay_id is kept',
        ({ mchId, outTradeNo }) =>
          orders.recordPrepay(mchId, outTradeNo, { prepayId: 'wx1', expiresAt, isLast: true }),
      ],
      ['it is paid', (order) => orders.pay(order, paymentOf(order), { eventKey: 'event-1', effects: [] })],
      ['it is closed', (order) => orders.close(order)],
    ];
    for (const [what, end] of ends) {
      it(`forgets from where the buyer orders, once ${what}`, async () => {
        const { order } = await orders.register(newOrder({ prepayOptions }));
        const first = { prepayId: 'wx0', expiresAt };
        expect(await orders.recordPrepay(order.mchId, order.outTradeNo, first)).to.deep.include({
          prepayOptions,
        });
        await end(await reread(order));
        expect((await reread(order)).prepayOptions).to.deep.equal({ goods_tag: 'tag' });
      });
    }

    it('cannot keep a prepay_id for an order that does not exist', async () => {
      const work = orders.recordPrepay('1900000001', 'nobodys', { prepayId: 'wx1', expiresAt: new Date() });
      expect(await codeOf(work)).to.equal('ORDER_NOT_FOUND');
    });
  });
});
