import { retailIntervalsMs } from '../delivery/resend-schedules.ts';
import type { JsonObject } from '../write-json.ts';
import type { PushSpec } from './event-spec.ts';
import type { EventSubject } from './event-subject.ts';

/*
 * Shipping and settlement (发货信息管理), parcels, complaints about trades, B2b payments. No page prints a body of a
 * trade_manage event: these are made from its tables of fields.
 * https://developers.weixin.qq.com/miniprogram/dev/platform-capabilities/business-capabilities/order-shipping/order-shipping.html
 */

function order(about: EventSubject): JsonObject {
  return {
    transaction_id: about.transactionId,
    merchant_id: about.mchId,
    sub_merchant_id: about.subMchId,
    merchant_trade_no: about.outTradeNo,
    pay_time: about.unixSeconds - 3 * 86_400,
  };
}

function parcel(about: EventSubject): JsonObject {
  const steps = [
    [100_001, '小哥A揽件成功'],
    [200_001, '到达广州集包地'],
    [300_003, '已签收'],
  ] as const;
  return {
    DeliveryID: 'SF',
    WayBillId: `SF${about.number.slice(0, 13)}`,
    OrderId: about.outTradeNo,
    Version: 3,
    Count: steps.length,
    Actions: steps.map(([type, message], index) => ({
      ActionTime: about.unixSeconds - 3_600 + index,
      ActionType: type,
      ActionMsg: message,
    })),
    Lat: 23.13,
    Lng: 113.26,
  };
}

/** https://developers.weixin.qq.com/miniprogram/dev/platform-capabilities/business-capabilities/guarantee/complaint.html */
function complaint(about: EventSubject): JsonObject {
  return {
    appid: about.appId,
    option_type: 1,
    complaint_order_id: about.number,
    status: 201,
    create_time: about.unixSeconds,
    expire_time: about.unixSeconds + 48 * 3_600,
    type: 2,
    order_id: about.transactionId,
    out_trade_no: about.outTradeNo,
    phone_number: '13800000000',
    open_id: about.openId,
    customer_material_content: about.text,
    customer_material_media_id_list: ['https://mmbiz.qpic.cn/example/2', 'https://mmbiz.qpic.cn/example/3'],
    pay_time: about.unixSeconds - 86_400,
    total_cost: about.totalFen,
    product_name: '龙井茶',
    history: [
      {
        time: about.unixSeconds - 60,
        content: '用户发起投诉',
        media_id_list: ['https://mmbiz.qpic.cn/example/2'],
      },
      { time: about.unixSeconds, content: '等待商家处理', media_id_list: [] },
    ],
  };
}

function retail(about: EventSubject, status: JsonObject): JsonObject {
  return {
    appid: about.appId,
    mchid: about.mchId,
    out_trade_no: about.outTradeNo,
    order_id: about.number,
    payer_openid: about.openId,
    wxpay_transaction_id: about.transactionId,
    env: 0,
    ...status,
  };
}

const common = { msgType: 'event', demand: 'plain', from: 'system' } as const;

export const tradePushes: readonly PushSpec[] = [
  {
    ...common,
    name: 'trade_manage_remind_access_api',
    aliases: ['trade-access'],
    event: 'trade_manage_remind_access_api',
    fields: () => ({ msg: '完成结算管理确认，请尽快接入发货信息管理' }),
  },
  {
    ...common,
    name: 'trade_manage_remind_shipping',
    aliases: ['shipping-reminder'],
    event: 'trade_manage_remind_shipping',
    fields: (about) => ({ ...order(about), msg: '有订单超过48小时未发货' }),
  },
  {
    ...common,
    name: 'trade_manage_order_settlement:shipped',
    aliases: ['trade-shipped'],
    event: 'trade_manage_order_settlement',
    fields: (about) => ({
      ...order(about),
      shipped_time: about.unixSeconds,
      estimated_settlement_time: about.unixSeconds + 10 * 86_400,
    }),
  },
  {
    ...common,
    name: 'trade_manage_order_settlement',
    aliases: ['trade-settled'],
    event: 'trade_manage_order_settlement',
    fields: (about) => ({
      ...order(about),
      shipped_time: about.unixSeconds - 86_400,
      confirm_receive_method: 1,
      confirm_receive_time: about.unixSeconds - 3_600,
      settlement_time: about.unixSeconds,
    }),
  },
  {
    ...common,
    name: 'wxa_trade_controlled',
    aliases: ['trade-controlled'],
    event: 'wxa_trade_controlled',
    fields: () => ({ msg: '小程序需接入发货信息管理服务' }),
  },
  { ...common, name: 'add_express_path', aliases: ['parcel'], event: 'add_express_path', fields: parcel },
  {
    ...common,
    name: 'complaint_callback',
    aliases: ['trade-complaint'],
    event: 'complaint_callback',
    fields: (about) => ({ BussiCallBackInfo: complaint(about) }),
  },
  {
    ...common,
    name: 'retail_pay_notify',
    aliases: ['retail-paid'],
    event: 'retail_pay_notify',
    resendIntervalsMs: retailIntervalsMs,
    fields: (about) =>
      retail(about, {
        pay_status: 'ORDER_PAY_SUCC',
        pay_time: about.time,
        amount: { order_amount: about.totalFen, payer_amount: about.totalFen, currency: 'CNY' },
      }),
  },
  {
    ...common,
    name: 'retail_refund_notify',
    aliases: ['retail-refunded'],
    event: 'retail_refund_notify',
    resendIntervalsMs: retailIntervalsMs,
    fields: (about) =>
      retail(about, {
        refund_id: about.refundId,
        out_refund_no: about.outRefundNo,
        refund_amount: about.refundFen,
        order_amount: about.totalFen,
        refund_from: 'REFUND_FROM_USER',
        refund_reason: 'REFUND_REASON_WILLING',
        create_time: '2026-11-22 16:00:00',
        refund_time: '2026-11-22 16:00:03',
        refund_status: 'REFUND_SUCC',
        wxpay_refund_id: about.refundId,
        pay_channel: 0,
      }),
  },
];
