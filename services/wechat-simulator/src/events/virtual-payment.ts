import { questionIntervalsMs, xpayIntervalsMs } from '../delivery/resend-schedules.ts';
import type { JsonObject } from '../write-json.ts';
import type { PushSpec } from './event-spec.ts';
import type { EventSubject } from './event-subject.ts';

/*
 * Virtual payment (虚拟支付) with its own re-sends, and the question whether Apple may refund.
 * https://developers.weixin.qq.com/miniprogram/dev/platform-capabilities/business-capabilities/virtual-payment.html
 */

function paid(about: EventSubject): JsonObject {
  return {
    OpenId: about.openId,
    OutTradeNo: about.outTradeNo,
    Env: 0,
    WeChatPayInfo: {
      MchOrderNo: `X${about.outTradeNo}`,
      TransactionId: about.transactionId,
      PaidTime: about.unixSeconds,
    },
  };
}

function goods(about: EventSubject): JsonObject {
  return {
    ProductId: 'item_gold_100',
    Quantity: 1,
    OrigPrice: about.totalFen,
    ActualPrice: about.totalFen,
    Attach: 'attach',
  };
}

function appleSubscription(about: EventSubject): JsonObject {
  return {
    OriginalTransactionId: `2000001${about.number.slice(0, 9)}`,
    ProductId: 'vip_month',
    AutoRenewStatus: 1,
    RenewalDate: (about.unixSeconds + 31 * 86_400) * 1_000,
  };
}

function refund(about: EventSubject): JsonObject {
  return {
    OpenId: about.openId,
    WxRefundId: about.refundId,
    MchRefundId: about.outRefundNo,
    WxOrderId: about.transactionId,
    MchOrderId: about.outTradeNo,
    RefundFee: about.refundFen,
    RetCode: 0,
    RetMsg: 'ok',
    RefundStartTimestamp: about.unixSeconds - 60,
    RefundSuccTimestamp: about.unixSeconds,
    WxpayRefundTransactionId: about.refundId,
    RetryTimes: 0,
    TeamInfo: team(about),
  };
}

function team(about: EventSubject): JsonObject {
  return { ActivityId: about.number.slice(0, 8), TeamId: about.number.slice(8), TeamType: 1, TeamAction: 0 };
}

function spec(
  event: string,
  alias: string,
  fields: (about: EventSubject) => JsonObject,
  variant = '',
): PushSpec {
  return {
    name: `${event}${variant}`,
    aliases: [alias],
    msgType: 'event',
    event,
    demand: 'xpay',
    from: 'system',
    fields,
    resendIntervalsMs: xpayIntervalsMs,
  };
}

export const virtualPaymentPushes: readonly PushSpec[] = [
  spec('xpay_goods_deliver_notify', 'xpay-goods', (about) => ({
    ...paid(about),
    GoodsInfo: goods(about),
    TeamInfo: team(about),
  })),
  spec(
    'xpay_goods_deliver_notify',
    'xpay-goods-apple',
    (about) => ({
      ...paid(about),
      WeChatPayInfo: undefined,
      GoodsInfo: goods(about),
      AppleSubscriptionInfo: appleSubscription(about),
    }),
    ':apple',
  ),
  spec('xpay_coin_pay_notify', 'xpay-coins', (about) => ({
    ...paid(about),
    CoinInfo: { Quantity: 100, OrigPrice: about.totalFen, ActualPrice: about.totalFen, Attach: 'attach' },
  })),
  spec('xpay_refund_notify', 'xpay-refund', refund),
  spec('xpay_complaint_notify', 'xpay-complaint', (about) => ({
    OpenId: about.openId,
    WxOrderId: about.transactionId,
    MchOrderId: about.outTradeNo,
    TransactionId: about.transactionId,
    ComplaintId: about.number,
    ComplaintDetail: about.text,
    ComplaintTime: about.unixSeconds,
    RetryTimes: 0,
    RequestId: `request-${about.number}`,
  })),
  spec('xpay_wxpay_callback_notify', 'xpay-risk', (about) => ({
    AppId: about.appId,
    NickName: '示例小程序',
    MerchantCode: about.mchId,
    MerchantCompanyName: '示例科技有限公司',
    BusinessTime: about.unixSeconds,
    BusinessCode: about.number,
    BusinessState: 'PROCESSING',
    Remark: about.text,
    EventType: 'due_diligence',
    RetryTimes: 0,
  })),
  spec('xpay_subscribe_signing_result_notify', 'xpay-signed', (about) => ({
    Action: 'contract_notify',
    UserOpenid: about.openId,
    OpenorcloseTime: about.unixSeconds,
    ProductId: 'vip_month',
    OutContractCode: about.outContractCode,
    ContractWxAppid: about.appId,
  })),
  spec('xpay_subscribe_pay_fail_notify', 'xpay-debit-failed', (about) => ({
    ...paid(about),
    GoodsInfo: { ...goods(about), SubscribePeriodDays: 31 },
    ContractWxAppid: about.appId,
  })),
  spec('xpay_apple_subscribe_signing_result_notify', 'xpay-apple-signed', (about) => ({
    OpenId: about.openId,
    Attach: 'uid=12345',
    AppleSubscriptionInfo: { ...appleSubscription(about), SignedTime: about.unixSeconds * 1_000 },
  })),
  spec('xpay_apple_subscribe_unsigning_result_notify', 'xpay-apple-ended', (about) => ({
    OpenId: about.openId,
    Attach: 'uid=12345',
    Action: 'unsubscribe',
    AppleSubscriptionInfo: {
      ...appleSubscription(about),
      AutoRenewStatus: 0,
      UnsignedTime: about.unixSeconds * 1_000,
    },
  })),
  {
    ...spec('xpay_subscribe_ios_refund_query_notify', 'ios-refund', (about) => ({
      refund_time: String(about.unixSeconds),
      order_time: String(about.unixSeconds - 3_600),
      channel_bill: `2000001${about.number.slice(0, 9)}`,
      bundleid: 'com.tencent.xin',
      product_id: 'item_gold_100',
      p_count: '1',
      refund_request_reason: 'UNINTENDED_PURCHASE',
      provide_status: '1',
      pay_order_id: about.outTradeNo,
    })),
    demand: 'ios-refund',
    resendIntervalsMs: questionIntervalsMs,
  },
];
