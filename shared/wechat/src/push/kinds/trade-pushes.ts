import type { PushFields } from '../push-fields.ts';
import { type PushKinds, type ReadPush, toCandidate } from '../push-kind.ts';

/** 发货信息管理: https://developers.weixin.qq.com/miniprogram/dev/platform-capabilities/business-capabilities/order-shipping/order-shipping.html */
export const tradePushes: PushKinds = {
  trade_manage_remind_access_api: { toEvent: toAccessReminded },
  wxa_trade_controlled: { toEvent: toAccessReminded },
  trade_manage_remind_shipping: {
    toEvent: (push) =>
      toCandidate('trade.shipping_reminded', { ...toOrder(push), message: push.fields.prose('msg') }),
    // It comes every day until the order is shipped.
    toKeyParts: ({ base, fields }) => [fields.text('transaction_id'), base.occurredAt?.slice(0, 10)],
  },
  trade_manage_order_settlement: {
    toEvent: (push) => (isSettled(push.fields) ? toSettled(push) : toShipped(push)),
    toKeyParts: ({ fields }) => [fields.text('transaction_id'), isSettled(fields) ? 'settled' : 'shipped'],
  },
};

/** One event name for two phases; settlement_time comes with the second only. */
function isSettled(fields: PushFields): boolean {
  return fields.seconds('settlement_time') !== undefined;
}

function toShipped(push: ReadPush) {
  return toCandidate('trade.shipped', {
    ...toOrder(push),
    shippedAt: push.fields.seconds('shipped_time'),
    estimatedSettlementAt: push.fields.seconds('estimated_settlement_time'),
  });
}

function toSettled(push: ReadPush) {
  return toCandidate('trade.settled', {
    ...toOrder(push),
    shippedAt: push.fields.seconds('shipped_time'),
    confirmReceiveMethod: push.fields.text('confirm_receive_method'),
    confirmReceivedAt: push.fields.seconds('confirm_receive_time'),
    settledAt: push.fields.seconds('settlement_time'),
  });
}

function toAccessReminded({ base, fields }: ReadPush) {
  return toCandidate('trade.access_reminded', { ...base, message: fields.prose('msg') });
}

function toOrder({ base, fields }: ReadPush) {
  return {
    ...base,
    mchId: fields.text('merchant_id'),
    subMchId: fields.text('sub_merchant_id'),
    outTradeNo: fields.text('merchant_trade_no'),
    transactionId: fields.text('transaction_id'),
    payTime: fields.seconds('pay_time'),
  };
}
