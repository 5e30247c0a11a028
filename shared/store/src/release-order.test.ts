import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { Order } from './order.ts';
import { effectOf, inParallel, newOrder, paymentOf, useStore } from './test-store.test.ts';

describe('a held order', () => {
  const { orders } = useStore().store;
  const effects = [effectOf('fulfil')];

  async function held(): Promise<Order> {
    const { order } = await orders.register(newOrder());
    const options = { eventKey: 'event-1', effects, held: 'refund_seen' as const };
    const paid = await orders.pay(order, paymentOf(order), options);
    if (paid === undefined) throw new Error('not paid');
    return paid;
  }

  it('is paid, and nothing follows from it', async () => {
    const order = await held();
    expect(order).to.deep.include({ status: 'paid', held: 'refund_seen', effects: [] });
    expect(order.timeLine.at(-1)).to.include({ event: 'paid', held: 'refund_seen' });
  });

  it('cannot be accepted, not by a job that was left over either', async () => {
    const { mchId, outTradeNo } = await held();
    const options = { httpStatus: 200, fulfilledToo: true, effects: [] };
    expect(await orders.accept(mchId, outTradeNo, 'fulfil', options)).to.equal(undefined);
  });

  it('is released by one of 16 people, and then goes its way', async () => {
    const order = await held();
    const { mchId, outTradeNo, version } = order;
    const released = await inParallel(16, () => orders.release(order, { effects }));
    expect(released.filter((one) => one !== undefined)).to.have.length(1);
    const after = await orders.find(mchId, outTradeNo);
    expect(after).to.deep.include({ status: 'paid', effects, version: version + 1 });
    expect(after).not.to.have.property('held');
    expect(after?.timeLine.map(({ event }) => event)).to.deep.equal(['created', 'paid', 'released']);
    const options = { httpStatus: 200, fulfilledToo: true, effects: [] };
    expect(await orders.accept(mchId, outTradeNo, 'fulfil', options)).to.include({ status: 'fulfilled' });
  });

  it('is the only kind that can be released', async () => {
    const { order } = await orders.register(newOrder());
    expect(await orders.release(order, { effects })).to.equal(undefined);
    const paid = await orders.pay(order, paymentOf(order), { eventKey: 'event-1', effects });
    if (paid === undefined) throw new Error('not paid');
    expect(await orders.release(paid, { effects })).to.equal(undefined);
    expect(await orders.release({ ...order, id: 'nobodys', held: 'late' }, { effects })).to.equal(undefined);
  });

  it('is not released by who read it before all of it was given back', async () => {
    const read = await held();
    const { mchId, outTradeNo, amountFen: refundFen } = read;
    const { transactionId } = paymentOf(read);
    const refund = { refundId: `refund-of-${outTradeNo}`, outRefundNo: 'R1', transactionId, refundFen };
    const told = { ...refund, status: 'SUCCESS' as const };
    await orders.recordRefund(mchId, outTradeNo, told, { eventKey: 'refund-1', effects });
    expect(await orders.release(read, { effects })).to.equal(undefined);
    expect(await orders.find(mchId, outTradeNo)).to.deep.include({ held: 'refunded', effects: [] });
  });
});
