import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createTime, expectPush, keyOf, receiveEverywhere } from '../push.fixture.test.ts';

const order = {
  appid: 'wx8888888888888888',
  mchid: '1230000109',
  out_trade_no: '1217752501201407033233368018',
  order_id: 'o202307291423123564754773',
  env: 0,
};
const toldOrder = {
  mchId: '1230000109',
  outTradeNo: '1217752501201407033233368018',
  orderId: 'o202307291423123564754773',
  environment: 'live',
};

const paid = {
  Event: 'retail_pay_notify',
  ...order,
  pay_status: 'ORDER_PAY_SUCC',
  pay_time: '2023-07-20 17:04:28',
  attach: '',
  payer_openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
  amount: { order_amount: 1300, payer_amount: 1200, currency: 'CNY' },
  wxpay_transaction_id: '2123191423123564754773',
};

const refunded = {
  Event: 'retail_refund_notify',
  ...order,
  out_refund_no: '12177525012014070332321235',
  refund_id: 'r202307281444591411763685',
  refund_amount: 1,
  order_amount: 1000,
  refund_from: 'REFUND_FROM_USER',
  refund_reason: 'REFUND_REASON_WILLING',
  create_time: '2025-03-05 17:50:50',
  refund_time: '2025-03-05 17:50:53',
  refund_status: 'REFUND_SUCC',
  wxpay_refund_id: '50302002662025030599670471876',
  pay_channel: 0,
  refund_desc: 'as asked',
};
const toldRefund = {
  ...toldOrder,
  outRefundNo: '12177525012014070332321235',
  refundId: 'r202307281444591411763685',
  wxpayRefundId: '50302002662025030599670471876',
  refundFen: 1,
  orderFen: 1000,
  channel: 'wechat_pay',
  refundFrom: 'REFUND_FROM_USER',
  refundReason: 'REFUND_REASON_WILLING',
  createdAt: '2025-03-05T09:50:50.000Z',
  refundedAt: '2025-03-05T09:50:53.000Z',
  description: 'as asked',
};

describe('pushes of B2b stores', () => {
  it('say that an order is paid, at a time in Beijing', () =>
    expectPush({
      fields: paid,
      event: {
        type: 'retail_payment.succeeded',
        ...toldOrder,
        openId: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
        transactionId: '2123191423123564754773',
        orderFen: 1300,
        payerFen: 1200,
        currency: 'CNY',
        paidAt: '2023-07-20T09:04:28.000Z',
      },
      key: '1230000109|1217752501201407033233368018|ORDER_PAY_SUCC|0',
    }));

  it('say that an order is closed, with neither time nor amount', () =>
    expectPush({
      fields: {
        Event: 'retail_pay_notify',
        ...order,
        env: 1,
        pay_status: 'ORDER_CLOSE',
        payer_openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
      },
      event: {
        type: 'retail_payment.closed',
        ...toldOrder,
        environment: 'sandbox',
        openId: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
      },
      key: '1230000109|1217752501201407033233368018|ORDER_CLOSE|1',
    }));

  it('say that a refund succeeded', () =>
    expectPush({
      fields: refunded,
      event: { type: 'retail_refund.succeeded', ...toldRefund },
      key: '1230000109|12177525012014070332321235|REFUND_SUCC|0',
    }));

  it('say that a refund failed, by bank transfer', () => {
    const { refundedAt, ...left } = toldRefund;
    expect(refundedAt).to.be.a('string');
    expectPush({
      fields: { ...refunded, refund_time: '', refund_status: 'REFUND_FAIL', pay_channel: 1 },
      event: { type: 'retail_refund.failed', ...left, channel: 'bank_transfer' },
      key: '1230000109|12177525012014070332321235|REFUND_FAIL|0',
    });
  });

  it('have one key over 22 hours of re-sends', () => {
    expect(keyOf({ ...paid, CreateTime: createTime + 3_600 })).to.equal(keyOf(paid));
  });

  it('of an unknown status or channel are kept', () => {
    const unknown = [
      { ...paid, pay_status: 'ORDER_PAY_PART' },
      { ...refunded, refund_status: 'REFUND_PART' },
      { ...refunded, pay_channel: 2 },
    ];
    for (const { outcome } of unknown.flatMap(receiveEverywhere)) {
      const event = outcome.kind === 'genuine' ? outcome.callback.facts[0].event : outcome;
      expect(event).to.deep.include({ type: 'callback.unhandled', reason: 'schema_refused' });
    }
  });
});
