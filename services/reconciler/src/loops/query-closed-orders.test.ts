import type { Order } from '@huidiao/store';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { mchId } from '../reconciler.fixture.test.ts';
import { hourMs, minuteMs, useOpenOrders } from './open-orders.fixture.test.ts';

describe('asking WeChat Pay about a closed order of which a refund is told', () => {
  const orders = useOpenOrders();
  const { clock, outcomes, pay, read, recording, register, round } = orders;

  async function closed(): Promise<Order> {
    const order = await register();
    return (await orders.store.orders.close(order)) ?? expect.fail('not closed');
  }
  /** As a callback about a refund that was made in the console. */
  const refund = ({ outTradeNo }: Order, transactionId: string, refundFen: number) => {
    const status = 'SUCCESS' as const;
    const told = {
      outRefundNo: 'console',
      refundId: `5030${transactionId}`,
      transactionId,
      status,
      refundFen,
    };
    const options = { eventKey: `refund-${transactionId}`, effects: [] };
    return orders.store.orders.recordRefund(mchId, outTradeNo, told, options);
  };

  it('finds its payment, of which nobody told, where some of that is left', async () => {
    const order = await closed();
    const transactionId = pay(order);
    await refund(order, transactionId, 300);
    await round();
    expect(outcomes).to.deep.equal(['healed']);
    const [heal] = recording.added;
    expect(heal).to.include({ name: 'apply-payment', lane: 'bulk' });
    expect(heal?.data).to.have.nested.include({ 'payment.transactionId': transactionId });

    clock.advance(minuteMs);
    expect(await round(), 'the heal has its time').to.equal(0);
    clock.advance(hourMs);
    await round();
    expect(recording.added, 'one that was lost is made anew, under its own id').to.have.length(2);
    expect(recording.added[1]?.id).to.not.equal(heal?.id);

    const payment = (heal as { data: { payment: Parameters<typeof orders.store.orders.pay>[1] } }).data
      .payment;
    await orders.store.orders.pay(await read(order), payment, {
      eventKey: 'healed',
      effects: [],
      late: true,
      held: 'late',
    });
    expect(await read(order)).to.not.have.property('nextQueryAt');
  });

  it('is left out where all of it was given back', async () => {
    const order = await closed();
    await refund(order, pay(order), 888);
    expect(await round()).to.equal(0);
  });

  it('ends where WeChat Pay knows of no payment', async () => {
    const order = await closed();
    await refund(order, '4200000000202611220000000009', 300);
    await round();
    expect(outcomes).to.have.length(1);
    expect(await read(order)).to.not.have.property('nextQueryAt');
    expect(await read(order)).to.include({ status: 'closed' });
    expect(recording.added).to.deep.equal([]);
  });
});
