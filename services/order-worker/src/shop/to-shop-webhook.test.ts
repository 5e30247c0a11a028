import type { PaymentSucceeded } from '@huidiao/contracts';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { toOrderPaidWebhook, toPaymentUnmatchedWebhook } from './to-shop-webhook.ts';

const payment: PaymentSucceeded = {
  type: 'payment.succeeded',
  mchId: '1900000001',
  appId: 'wx1234567890abcdef',
  outTradeNo: 'ORDER-0001',
  transactionId: '4200000000202611220000000001',
  amountFen: 8_800,
  currency: 'CNY',
  tradeType: 'JSAPI',
};
const at = new Date('2026-11-22T08:00:00Z');

describe('webhooks to the shop', () => {
  it('keep their webhook-id over every repetition, so that the shop can see one', () => {
    const order = { ...payment, paidAt: at, updatedAt: at } as unknown as Parameters<
      typeof toOrderPaidWebhook
    >[0];
    for (const updatedAt of [at, new Date(at.getTime() + 60_000)]) {
      const { id } = toOrderPaidWebhook({ ...order, updatedAt });
      expect(id).to.equal('order.paid_1900000001_ORDER-0001');
      const unmatched = toPaymentUnmatchedWebhook(payment, updatedAt.toISOString());
      expect(unmatched.id).to.equal('payment.unmatched_1900000001_4200000000202611220000000001');
    }
  });

  it('name the merchant below a service provider and the combined order, and neither where there is none', () => {
    type PaidOrder = Parameters<typeof toOrderPaidWebhook>[0];
    const toData = (facts: object) => {
      const order = { ...payment, paidAt: at, updatedAt: at, ...facts } as unknown as PaidOrder;
      return toOrderPaidWebhook(order).webhook.data;
    };
    const parties = { subMchId: '1900000109', combineOutTradeNo: 'WHOLE-0001' };
    const named = { sub_mchid: '1900000109', combine_out_trade_no: 'WHOLE-0001' };
    expect(toData(parties)).to.include(named);
    const unmatched = toPaymentUnmatchedWebhook({ ...payment, ...parties }, at.toISOString());
    expect(unmatched.webhook.data).to.include(named);
    // The order says nothing of it, as where the provider's own system prepays; the payment does.
    expect(toData({ payment: { subMchId: '1900000109' } })).to.include({ sub_mchid: '1900000109' });
    expect(toData({})).to.not.have.any.keys('sub_mchid', 'combine_out_trade_no');
  });
});
