import { type PushKinds, type ReadPush, toCandidate, type UnreadPush } from '../push-kind.ts';
import type { PushQuestion } from '../push-question.ts';
import { toOrder } from './virtual-payment-pushes.ts';

const deliveries = { '0': 'not_delivered', '1': 'delivered', '2': 'under_way' } as const;

/** 会员订阅 of WeChat and of Apple, and Apple's question whether to refund. */
export const virtualSubscriptionPushes: PushKinds = {
  xpay_subscribe_signing_result_notify: {
    toEvent: toContractEvent,
    toKeyParts: ({ fields }) =>
      ['OutContractCode', 'Action', 'OpenorcloseTime'].map((name) => fields.text(name)),
  },
  xpay_subscribe_pay_fail_notify: {
    toEvent: (push) =>
      toCandidate('virtual_subscription.charge_failed', {
        ...toOrder(push, 'GoodsInfo'),
        productId: push.fields.fields('GoodsInfo').text('ProductId'),
        periodDays: push.fields.fields('GoodsInfo').integer('SubscribePeriodDays'),
      }),
  },
  xpay_apple_subscribe_signing_result_notify: {
    toEvent: toAppleSigned,
    toKeyParts: (push) => toAppleKey(push, 'SignedTime'),
  },
  xpay_apple_subscribe_unsigning_result_notify: {
    toEvent: toAppleCancelled,
    toKeyParts: (push) => toAppleKey(push, 'UnsignedTime'),
  },
  xpay_subscribe_ios_refund_query_notify: { toEvent: toRefundAsked, toQuestion: toIosRefundQuestion },
};

function toContractEvent({ base, fields }: ReadPush): ReturnType<typeof toCandidate> | UnreadPush {
  const subscription = {
    ...base,
    openId: fields.text('UserOpenid'),
    channel: 'wechat',
    productId: fields.text('ProductId'),
    contractCode: fields.text('OutContractCode'),
  };
  const at = fields.seconds('OpenorcloseTime');
  switch (fields.text('Action')) {
    case 'contract_notify':
      return toCandidate('virtual_subscription.signed', {
        ...subscription,
        signedAt: at,
        renewsAt: undefined,
      });
    case 'cancel_contract_notify':
      return toCandidate('virtual_subscription.cancelled', {
        ...subscription,
        cancelledAt: at,
        endsAt: undefined,
      });
    default:
      return { problem: 'Action: is neither contract_notify nor cancel_contract_notify' };
  }
}

function toAppleSigned(push: ReadPush) {
  const apple = push.fields.fields('AppleSubscriptionInfo');
  return toCandidate('virtual_subscription.signed', {
    ...toAppleSubscription(push),
    signedAt: apple.milliseconds('SignedTime'),
    renewsAt: apple.milliseconds('RenewalDate'),
  });
}

function toAppleCancelled(push: ReadPush) {
  const apple = push.fields.fields('AppleSubscriptionInfo');
  return toCandidate('virtual_subscription.cancelled', {
    ...toAppleSubscription(push),
    cancelledAt: apple.milliseconds('UnsignedTime'),
    endsAt: apple.milliseconds('RenewalDate'),
  });
}

function toAppleSubscription({ base, fields }: ReadPush) {
  const apple = fields.fields('AppleSubscriptionInfo');
  return {
    ...base,
    openId: fields.text('OpenId'),
    channel: 'apple',
    productId: apple.text('ProductId'),
    contractCode: apple.text('OriginalTransactionId'),
  };
}

function toAppleKey({ fields }: ReadPush, time: string): readonly (string | undefined)[] {
  const apple = fields.fields('AppleSubscriptionInfo');
  return [apple.text('OriginalTransactionId'), apple.text(time)];
}

function toRefundAsked(push: ReadPush) {
  const { fields } = push;
  return toCandidate('virtual_payment.refund_asked', {
    ...push.base,
    openId: fields.text('OpenId'),
    outTradeNo: fields.text('OutTradeNo'),
    payOrderId: fields.text('pay_order_id'),
    productId: fields.text('product_id'),
    quantity: fields.text('p_count'),
    delivery: toDelivery(push),
    orderedAt: fields.seconds('order_time'),
    askedAt: fields.seconds('refund_time'),
  });
}

/** Present whatever the push lacks: a rule that always allows or always refuses needs none of it. */
function toIosRefundQuestion(push: ReadPush): PushQuestion {
  const { fields } = push;
  return {
    kind: 'ios_refund',
    orderNumbers: ['OutTradeNo', 'pay_order_id']
      .map((name) => fields.text(name))
      .filter((number) => number !== undefined),
    openId: fields.text('OpenId'),
    productId: fields.text('product_id'),
    quantity: fields.text('p_count'),
    delivery: toDelivery(push),
    orderedAt: fields.seconds('order_time'),
  };
}

function toDelivery({ fields }: ReadPush) {
  const status = fields.text('provide_status');
  return status === '0' || status === '1' || status === '2' ? deliveries[status] : undefined;
}
