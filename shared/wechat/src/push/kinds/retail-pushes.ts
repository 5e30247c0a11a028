import { type PushKinds, type ReadPush, toCandidate, type UnreadPush } from '../push-kind.ts';
import { toEnvironment } from './to-environment.ts';

const channels = new Map([
  ['0', 'wechat_pay'],
  ['1', 'bank_transfer'],
]);

/** 支付通知 and 退款通知 of WeChat's page 小程序 B2b 门店助手. */
export const retailPushes: PushKinds = {
  retail_pay_notify: {
    toEvent: toPayment,
    toKeyParts: ({ fields }) =>
      ['mchid', 'out_trade_no', 'pay_status', 'env'].map((name) => fields.text(name)),
  },
  retail_refund_notify: {
    toEvent: toRefund,
    toKeyParts: ({ fields }) =>
      ['mchid', 'out_refund_no', 'refund_status', 'env'].map((name) => fields.text(name)),
  },
};

function toPayment(push: ReadPush): ReturnType<typeof toCandidate> | UnreadPush {
  const { fields } = push;
  const amount = fields.fields('amount');
  const payment = {
    ...toOrder(push),
    openId: fields.text('payer_openid'),
    transactionId: fields.text('wxpay_transaction_id'),
    orderFen: amount.integer('order_amount'),
    payerFen: amount.integer('payer_amount'),
    currency: amount.text('currency'),
    paidAt: fields.clockTime('pay_time'),
    attach: fields.text('attach'),
  };
  switch (fields.text('pay_status')) {
    case 'ORDER_PAY_SUCC':
      return toCandidate('retail_payment.succeeded', payment);
    case 'ORDER_CLOSE':
      return toCandidate('retail_payment.closed', payment);
    default:
      return { problem: 'pay_status: is neither ORDER_PAY_SUCC nor ORDER_CLOSE' };
  }
}

function toRefund(push: ReadPush): ReturnType<typeof toCandidate> | UnreadPush {
  const { fields } = push;
  const refund = {
    ...toOrder(push),
    outRefundNo: fields.text('out_refund_no'),
    refundId: fields.text('refund_id'),
    wxpayRefundId: fields.text('wxpay_refund_id'),
    refundFen: fields.integer('refund_amount'),
    orderFen: fields.integer('order_amount'),
    channel: channels.get(fields.text('pay_channel') ?? ''),
    refundFrom: fields.text('refund_from'),
    refundReason: fields.text('refund_reason'),
    createdAt: fields.clockTime('create_time'),
    refundedAt: fields.clockTime('refund_time'),
    description: fields.prose('refund_desc'),
  };
  switch (fields.text('refund_status')) {
    case 'REFUND_SUCC':
      return toCandidate('retail_refund.succeeded', refund);
    case 'REFUND_FAIL':
      return toCandidate('retail_refund.failed', refund);
    default:
      return { problem: 'refund_status: is neither REFUND_SUCC nor REFUND_FAIL' };
  }
}

function toOrder({ base, fields }: ReadPush) {
  return {
    ...base,
    mchId: fields.text('mchid'),
    outTradeNo: fields.text('out_trade_no'),
    orderId: fields.text('order_id'),
    environment: toEnvironment(fields.text('env')),
  };
}
