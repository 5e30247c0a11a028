import type { PushFields } from '../push-fields.ts';
import { type PushKinds, type ReadPush, toCandidate } from '../push-kind.ts';
import { toEnvironment } from './to-environment.ts';

/** 虚拟支付: https://developers.weixin.qq.com/miniprogram/dev/platform-capabilities/business-capabilities/virtual-payment.html */
export const virtualPaymentPushes: PushKinds = {
  xpay_goods_deliver_notify: {
    toEvent(push) {
      const apple = push.fields.fields('AppleSubscriptionInfo');
      return toCandidate('virtual_payment.goods_paid', {
        ...toOrder(push, 'GoodsInfo'),
        productId: push.fields.fields('GoodsInfo').text('ProductId'),
        team: toTeam(push.fields),
        appleContractCode: apple.text('OriginalTransactionId'),
        renewsAt: apple.milliseconds('RenewalDate'),
      });
    },
    toKeyParts: toOrderKey,
  },
  xpay_coin_pay_notify: {
    toEvent: (push) => toCandidate('virtual_payment.coins_paid', toOrder(push, 'CoinInfo')),
    toKeyParts: toOrderKey,
  },
  xpay_refund_notify: {
    toEvent: toRefund,
    toKeyParts: ({ fields }) => [fields.text('WxRefundId'), fields.text('RetCode')],
  },
  xpay_complaint_notify: {
    toEvent: toComplained,
    toKeyParts: ({ fields }) => [fields.text('ComplaintId'), fields.text('RequestId')],
  },
  xpay_wxpay_callback_notify: {
    toEvent: toRiskReported,
    // Not its body: RetryTimes counts up with each re-send.
    toKeyParts: ({ fields }) =>
      ['EventType', 'BusinessCode', 'BusinessState', 'BusinessTime'].map((name) => fields.text(name)),
  },
};

/** What goods, coins and charges have in common; `info` is where quantity and prices stand. */
export function toOrder({ base, fields }: ReadPush, info: 'GoodsInfo' | 'CoinInfo') {
  const bought = fields.fields(info);
  const payment = fields.fields('WeChatPayInfo');
  return {
    ...base,
    openId: fields.text('OpenId'),
    outTradeNo: fields.text('OutTradeNo'),
    environment: toEnvironment(fields.text('Env')),
    mchOrderNo: payment.text('MchOrderNo'),
    transactionId: payment.text('TransactionId'),
    paidAt: payment.seconds('PaidTime'),
    quantity: bought.integer('Quantity'),
    originalFen: bought.integer('OrigPrice'),
    paidFen: bought.integer('ActualPrice'),
    attach: bought.text('Attach'),
  };
}

function toOrderKey({ fields }: ReadPush): readonly (string | undefined)[] {
  return [fields.text('OutTradeNo'), fields.text('Env') ?? '0'];
}

function toTeam(fields: PushFields) {
  const team = fields.fields('TeamInfo');
  const teamId = team.text('TeamId');
  // Outside of 拼团 it may be there and empty.
  if (teamId === undefined) return undefined;
  return {
    activityId: team.text('ActivityId'),
    teamId,
    teamType: team.text('TeamType'),
    teamAction: team.text('TeamAction'),
  };
}

function toRefund({ base, fields }: ReadPush) {
  const retCode = fields.text('RetCode');
  return toCandidate(retCode === '0' ? 'virtual_payment.refund_succeeded' : 'virtual_payment.refund_failed', {
    ...base,
    openId: fields.text('OpenId'),
    wxRefundId: fields.text('WxRefundId'),
    mchRefundId: fields.text('MchRefundId'),
    wxOrderId: fields.text('WxOrderId'),
    mchOrderId: fields.text('MchOrderId'),
    refundFen: fields.integer('RefundFee'),
    retCode,
    message: fields.prose('RetMsg'),
    startedAt: fields.seconds('RefundStartTimestamp'),
    finishedAt: fields.seconds('RefundSuccTimestamp'),
    wxpayRefundTransactionId: fields.text('WxpayRefundTransactionId'),
    team: toTeam(fields),
  });
}

function toComplained({ base, fields }: ReadPush) {
  return toCandidate('virtual_payment.complained', {
    ...base,
    openId: fields.text('OpenId'),
    complaintId: fields.text('ComplaintId'),
    requestId: fields.text('RequestId'),
    wxOrderId: fields.text('WxOrderId'),
    mchOrderId: fields.text('MchOrderId'),
    transactionId: fields.text('TransactionId'),
    complainedAt: fields.seconds('ComplaintTime'),
  });
}

function toRiskReported({ base, fields }: ReadPush) {
  return toCandidate('virtual_payment.risk_reported', {
    ...base,
    risk: fields.text('EventType'),
    mchId: fields.text('MerchantCode'),
    businessCode: fields.text('BusinessCode'),
    businessState: fields.text('BusinessState'),
    businessAt: fields.clockTime('BusinessTime'),
    remark: fields.prose('Remark'),
  });
}
