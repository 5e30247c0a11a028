import type { JsonObject } from '../write-json.ts';
import type { PayEventSpec } from './event-spec.ts';
import type { EventSubject } from './event-subject.ts';

/*
 * Basic payments (基础支付) of direct merchants, service providers and combined orders, and the debits that come under
 * the same event types. https://pay.weixin.qq.com/doc/v3/merchant/4012791902, partner/4012085801, merchant/4012557012
 */

/** A coupon of the whole order and one of a single article. */
function promotions(fen: number): JsonObject[] {
  const goods_detail = [
    { goods_remark: '商品备注信息', quantity: 1, discount_amount: 1, goods_id: 'M1006', unit_price: 100 },
  ];
  const coupon = { wechatpay_contribute: 0, merchant_contribute: 0, other_contribute: 0, currency: 'CNY' };
  return [
    {
      ...coupon,
      coupon_id: '109519',
      scope: 'GLOBAL',
      type: 'CASH',
      name: '满减券',
      amount: fen,
      stock_id: '931386',
    },
    {
      ...coupon,
      coupon_id: '109520',
      scope: 'SINGLE',
      type: 'NOCASH',
      name: '单品惠-6',
      amount: 1,
      stock_id: '931387',
      goods_detail,
    },
  ];
}

function paid(about: EventSubject): JsonObject {
  return {
    out_trade_no: about.outTradeNo,
    transaction_id: about.transactionId,
    trade_type: 'JSAPI',
    trade_state: 'SUCCESS',
    trade_state_desc: '支付成功',
    bank_type: 'OTHERS',
    attach: '',
    success_time: about.time,
  };
}

function amount(about: EventSubject, discountFen = 0): JsonObject {
  return {
    total: about.totalFen,
    payer_total: about.totalFen - discountFen,
    currency: 'CNY',
    payer_currency: 'CNY',
  };
}

function direct(about: EventSubject): JsonObject {
  return {
    mchid: about.mchId,
    appid: about.appId,
    ...paid(about),
    payer: { openid: about.openId },
    amount: amount(about),
  };
}

function partner(about: EventSubject): JsonObject {
  return {
    sp_mchid: about.mchId,
    sp_appid: about.appId,
    sub_mchid: about.subMchId,
    sub_appid: about.subAppId,
    ...paid(about),
    payer: { sp_openid: about.openId, sub_openid: about.subOpenId },
    amount: amount(about),
  };
}

/** One order of a combined payment; here the members of `amount` are named otherwise than everywhere else. */
function subOrder(about: EventSubject, index: number): JsonObject {
  return {
    mchid: about.mchId,
    out_trade_no: `${about.outTradeNo.slice(0, 28)}-${index}`,
    transaction_id: `${about.transactionId.slice(0, 26)}${String(index).padStart(2, '0')}`,
    trade_type: 'JSAPI',
    trade_state: 'SUCCESS',
    bank_type: 'OTHERS',
    attach: `sub-order ${index}`,
    success_time: about.time.replace('+08:00', '.120+08:00'),
    amount: {
      total_amount: about.totalFen,
      currency: 'CNY',
      payer_amount: about.totalFen,
      payer_currency: 'CNY',
      settlement_rate: 650_000_000,
    },
  };
}

function combined(about: EventSubject, orders: number): JsonObject {
  return {
    combine_appid: about.appId,
    combine_mchid: about.mchId,
    combine_out_trade_no: about.outTradeNo,
    combine_transaction_id: about.transactionId,
    scene_info: { device_id: 'POS1:1' },
    sub_orders: Array.from({ length: orders }, (_, index) => subOrder(about, index + 1)),
    combine_payer_info: { openid: about.openId },
  };
}

function parking(about: EventSubject, state: string, description: string): JsonObject {
  return {
    appid: about.appId,
    sp_mchid: about.mchId,
    sub_appid: about.subAppId,
    sub_mchid: about.subMchId,
    out_trade_no: about.outTradeNo,
    transaction_id: state === 'FAIL' ? undefined : about.transactionId,
    trade_state: state,
    trade_state_description: description,
    bank_type: 'BPA',
    attach: '支付测试',
    success_time: about.time,
    create_time: about.time,
    user_repaid: state === 'PAY_BACK' ? 'Y' : 'N',
    description: '停车场扣费',
    trade_scene: 'PARKING',
    payer: { openid: about.openId },
    amount: { total: about.totalFen, discount_total: 1, payer_total: about.totalFen - 1, currency: 'CNY' },
    parking_info: {
      parking_id: '5K8264ILTKCH16CQ250',
      plate_number: '粤B88888',
      plate_color: 'BLUE',
      start_time: about.time,
      end_time: about.time,
      parking_name: '欢乐海岸停车场',
      charging_duration: 3_600,
      device_id: '12321',
    },
  };
}

const payment = { originalType: 'transaction', summary: '支付成功' } as const;
const success = { ...payment, eventType: 'TRANSACTION.SUCCESS' } as const;

export const paymentEvents: readonly PayEventSpec[] = [
  { ...success, name: 'TRANSACTION.SUCCESS', aliases: ['payment'], resource: direct },
  {
    ...success,
    name: 'TRANSACTION.SUCCESS:promotion',
    aliases: ['payment-promotion'],
    resource: (about) => ({
      ...direct(about),
      scene_info: { device_id: '013467007045764' },
      amount: amount(about, 101),
      promotion_detail: promotions(100),
    }),
  },
  {
    ...success,
    name: 'TRANSACTION.SUCCESS:refunded',
    aliases: ['payment-refunded'],
    resource: (about) => ({ ...direct(about), trade_state: 'REFUND', trade_state_desc: '转入退款' }),
  },
  { ...success, name: 'TRANSACTION.SUCCESS:partner', aliases: ['payment-partner'], resource: partner },
  {
    ...success,
    name: 'TRANSACTION.SUCCESS:combine',
    aliases: ['payment-combine'],
    resource: (about) => combined(about, 2),
  },
  {
    ...success,
    name: 'TRANSACTION.SUCCESS:combine-ten',
    aliases: ['payment-combine-ten'],
    resource: (about) => combined(about, 10),
  },
  {
    ...success,
    name: 'TRANSACTION.SUCCESS:parking',
    aliases: ['parking-paid'],
    resource: (about) => parking(about, 'SUCCESS', '扣款成功'),
  },
  {
    ...payment,
    name: 'TRANSACTION.FAIL',
    aliases: ['payment-failed'],
    eventType: 'TRANSACTION.FAIL',
    summary: '扣款失败',
    resource: (about) => parking(about, 'FAIL', '扣款失败'),
  },
  {
    ...payment,
    name: 'TRANSACTION.PAY_BACK',
    aliases: ['payment-repaid'],
    eventType: 'TRANSACTION.PAY_BACK',
    summary: '用户还款',
    resource: (about) => parking(about, 'PAY_BACK', '用户还款'),
  },
];
