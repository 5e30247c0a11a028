import { toRefundCallbackKey } from '@huidiao/contracts';
import type { Order } from '@huidiao/store';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createApplyRefund } from '../jobs/apply-refund.ts';
import { firstAttempt, mchId, outcomeOf, toApplyRefund } from '../order-worker.fixture.test.ts';
import { otherMchId, useRefunds } from './refunds.fixture.test.ts';

const ingress = 'https://pay.example.com/callbacks/wechat-pay';

describe('the refund of a part of a combined order that is another direct merchant’s', () => {
  const refunds = useRefunds({}, { withOther: true });
  const { store, find, request, run, refundOf } = refunds;

  /** Paid here as its whole was, and at WeChat Pay to the merchant whose part it is. */
  async function newPaidPart(): Promise<Order> {
    return await refunds.newPaidOrder({
      combineOutTradeNo: 'whole-1',
      subMchId: otherMchId,
      notifyUrl: `${ingress}/${mchId}`,
    });
  }
  const apply = (order: Order, changes: object) => {
    const job = toApplyRefund(order, changes);
    const { directory } = refunds.deps;
    return outcomeOf(
      createApplyRefund({ ...refunds.deps, store, directory })(job, firstAttempt('apply-refund_1')),
    );
  };

  it('is asked for, and asked about, with that one’s key and without a 子商户号', async () => {
    const order = await newPaidPart();
    const number = `${order.outTradeNo}-r1`;
    await request(order, number, 300);
    expect(await run(order, number)).to.equal('processing');
    expect(refunds.refundsAtWeChat(order)).to.deep.equal([{ out_refund_no: number, status: 'PROCESSING' }]);
    const told = refunds.simulator.settleRefund(otherMchId, number, 'SUCCESS', { drop: 100 });
    expect(told?.url, 'told where that one’s keys are known').to.equal(`${ingress}/${otherMchId}`);
    expect(await run(order, number)).to.equal('succeeded');
    const { refundRequests } = await find(order);
    expect(refundRequests[0]).to.include({ state: 'succeeded', subMchId: otherMchId });
  });

  it('is kept in the order when that one is told of it', async () => {
    const order = await newPaidPart();
    const number = `${order.outTradeNo}-r1`;
    await request(order, number, 300);
    await run(order, number);
    const { refundId = '', transactionId } = await refundOf(order, number);
    const facts = { mchId: otherMchId, refundId, transactionId, outRefundNo: number, refundFen: 300 };
    expect(await apply(order, facts)).to.equal('recorded');
    const { refunds: known, refundRequests } = await find(order);
    expect(known.map(({ status, outRefundNo }) => [status, outRefundNo])).to.deep.equal([
      ['SUCCESS', number],
    ]);
    expect(refundRequests[0]).to.include({ state: 'succeeded' });
    const callbackKey = toRefundCallbackKey(toApplyRefund(order, facts).refund);
    expect(await store.callbacks.find(callbackKey)).to.include({ mchId, outcome: 'recorded' });
  });

  it('is no other order’s: one of a service provider is told of by the service provider', async () => {
    const order = await newPaidPart();
    const { directory } = refunds.deps;
    const provider = directory.merchants.get(mchId) ?? expect.fail('no merchant');
    const merchants = new Map([...directory.merchants, [mchId, { ...provider, isServiceProvider: true }]]);
    const job = toApplyRefund(order, { mchId: otherMchId, refundFen: 300 });
    const changed = { ...refunds.deps, store, directory: { ...directory, merchants } };
    const outcome = await outcomeOf(createApplyRefund(changed)(job, firstAttempt('apply-refund_2')));
    expect(outcome).to.equal('ORDER_NOT_YET_KNOWN');
    expect((await find(order)).refunds).to.deep.equal([]);
  });

  it('waits while nothing is known of that one', async () => {
    const order = await newPaidPart();
    const number = `${order.outTradeNo}-r1`;
    await request(order, number, 300);
    const { directory } = refunds.deps;
    const merchants = new Map([...directory.merchants].filter(([id]) => id !== otherMchId));
    const changed = { directory: { ...directory, merchants } };
    expect(await run(order, number, changed)).to.equal('MERCHANT_NOT_CONFIGURED');
    expect(await refundOf(order, number)).to.include({ state: 'requested', attempts: 0 });
  });
});
