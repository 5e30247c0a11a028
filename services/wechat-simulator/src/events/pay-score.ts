import type { JsonObject } from '../write-json.ts';
import type { PayEventSpec } from './event-spec.ts';
import type { EventSubject } from './event-subject.ts';

/* 支付分: https://pay.weixin.qq.com/doc/v3/merchant/4012587898. Amounts come as text too, times without a zone. */

const serviceId = '500001';

function permission(about: EventSubject, status: string): JsonObject {
  return {
    appid: about.appId,
    mchid: about.mchId,
    out_request_no: about.outTradeNo,
    service_id: serviceId,
    openid: about.openId,
    user_service_status: status,
    openorclose_time: about.stamp,
    authorization_code: about.number,
  };
}

function order(about: EventSubject, state: string, description: string, paid: JsonObject): JsonObject {
  return {
    appid: about.appId,
    mchid: about.mchId,
    out_order_no: about.outTradeNo,
    service_id: serviceId,
    openid: about.openId,
    state,
    state_description: description,
    total_amount: String(about.totalFen),
    service_introduction: '嗨客餐厅用餐',
    post_payments: [{ name: '服务费', amount: about.totalFen, description: '每分钟1元' }],
    post_discounts: [{ name: '满20减1元', amount: 1, description: '不与其他优惠叠加' }],
    risk_fund: { name: 'ESTIMATE_ORDER_COST', amount: 10_000, description: '就餐的预估费用' },
    time_range: { start_time: about.stamp, end_time: about.stamp },
    location: { start_location: '嗨客时尚主题展餐厅', end_location: '嗨客时尚主题展餐厅' },
    attach: 'attach',
    order_id: about.number,
    ...paid,
  };
}

function plan(about: EventSubject, change: JsonObject): JsonObject {
  const details = Array.from({ length: 5 }, (_, index) => ({
    plan_detail_no: index + 1,
    original_price: 200,
    plan_discount_description: '享受五折',
    actual_price: 100,
    plan_detail_state: 'NOT_USED',
    order_id: '',
    merchant_plan_detail_no: `${about.number}${index}`,
    plan_detail_name: `服务费${index + 1}`,
    actual_pay_price: 0,
    use_time: '',
    complete_time: '',
    cancel_time: '',
  }));
  return {
    sign_plan_id: `0102003321${about.number}`,
    openid: about.openId,
    service_id: serviceId,
    mchid: about.mchId,
    appid: about.appId,
    merchant_sign_plan_no: about.outTradeNo,
    plan_id: `0100003321${about.number}`,
    going_detail_no: 0,
    cancel_reason: '',
    plan_name: '瑜伽课5节',
    plan_over_time: about.time,
    total_origin_price: 1_000,
    deduction_quantity: 5,
    total_actual_price: 500,
    signed_detail_list: details,
    sign_time: about.time,
    ...change,
  };
}

function collected(about: EventSubject): JsonObject {
  return {
    need_collection: true,
    collection: {
      state: 'USER_PAID',
      total_amount: about.totalFen,
      paying_amount: 0,
      paid_amount: about.totalFen,
      details: [
        {
          seq: 1,
          amount: about.totalFen,
          paid_type: 'NEWTON',
          paid_time: about.stamp,
          transaction_id: about.transactionId,
        },
      ],
    },
  };
}

const score = { originalType: 'payscore' } as const;

export const payScoreEvents: readonly PayEventSpec[] = [
  {
    ...score,
    name: 'PAYSCORE.USER_OPEN_SERVICE',
    aliases: ['score-opened'],
    eventType: 'PAYSCORE.USER_OPEN_SERVICE',
    summary: '签约成功',
    resource: (about) => permission(about, 'USER_OPEN_SERVICE'),
  },
  {
    ...score,
    name: 'PAYSCORE.USER_CLOSE_SERVICE',
    aliases: ['score-closed'],
    eventType: 'PAYSCORE.USER_CLOSE_SERVICE',
    summary: '解约成功',
    resource: (about) => permission(about, 'USER_CLOSE_SERVICE'),
  },
  {
    ...score,
    name: 'PAYSCORE.USER_CONFIRM',
    aliases: ['score-confirmed'],
    eventType: 'PAYSCORE.USER_CONFIRM',
    summary: '用户确认成功',
    resource: (about) => order(about, 'DOING', 'USER_CONFIRM', {}),
  },
  {
    ...score,
    name: 'PAYSCORE.USER_PAID',
    aliases: ['score-paid'],
    eventType: 'PAYSCORE.USER_PAID',
    summary: '用户支付成功',
    resource: (about) => order(about, 'DONE', 'MCH_COMPLETE', collected(about)),
  },
  {
    ...score,
    name: 'PAYSCORE.USER_SIGN_PLAN',
    aliases: ['score-plan'],
    eventType: 'PAYSCORE.USER_SIGN_PLAN',
    summary: '用户签约计划成功',
    resource: (about) =>
      plan(about, { sign_state: 'SIGNED', cancel_sign_time: '', cancel_sign_type: 'NOT_CANCEL' }),
  },
  {
    ...score,
    name: 'PAYSCORE.USER_CANCEL_SIGN_PLAN',
    aliases: ['score-plan-cancelled'],
    eventType: 'PAYSCORE.USER_CANCEL_SIGN_PLAN',
    summary: '用户取消签约计划',
    resource: (about) =>
      plan(about, {
        sign_state: 'UNSIGNED',
        cancel_sign_time: about.time,
        cancel_sign_type: 'REVOKE_SERVICE',
      }),
  },
  {
    name: 'PAYSCORE.BIND_SERVICE_ACCOUNT',
    aliases: ['score-account'],
    eventType: 'PAYSCORE.BIND_SERVICE_ACCOUNT',
    originalType: null,
    summary: '服务账户绑定结果',
    resource: (about) => ({
      service_id: serviceId,
      appid: about.appId,
      mchid: about.mchId,
      sub_appid: about.subAppId,
      sub_mchid: about.subMchId,
      out_apply_no: about.outTradeNo,
      apply_state: 'REJECTED',
      reject_reason: '账户异常，无法绑定',
    }),
  },
];
