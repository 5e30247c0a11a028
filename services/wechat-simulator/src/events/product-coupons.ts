import type { JsonObject } from '../write-json.ts';
import type { PayEventSpec } from './event-spec.ts';
import type { EventSubject } from './event-subject.ts';

/*
 * 商品券 and the plans by which coupons are handed out (投放计划), which tell nothing of whose they are.
 * https://pay.weixin.qq.com/doc/v3/partner/4015780862 and 4016168699
 */

function coupon(about: EventSubject): JsonObject {
  return {
    brand_id: '1077',
    coupon_code: `12279449${about.number}`,
    product_coupon_id: '200000001',
    stock_id: '100232301',
    appid: about.appId,
    openid: about.openId,
    unionid: 'oOuyajgxj0oVwjocSoQm6mp7PGKw',
    receive_time: about.time,
    send_request_no: about.outTradeNo,
    send_channel: 'API',
    valid_begin_time: about.time,
    valid_end_time: about.time,
    attach: 'coupon_data',
  };
}

function plan(about: EventSubject, planState: string, reason: string): JsonObject {
  return {
    plan_id: about.number,
    plan_state: planState,
    audit_state: 'PASSED',
    change_reason: reason,
    modify_time: about.time,
  };
}

const delivery = { originalType: 'delivery_plan', summary: '投放计划状态变更' } as const;

export const productCouponEvents: readonly PayEventSpec[] = [
  {
    name: 'PRODUCT_COUPON_SP.SEND',
    aliases: ['product-coupon'],
    eventType: 'PRODUCT_COUPON_SP.SEND',
    originalType: 'product_coupon',
    summary: '商品券发放成功',
    resource: coupon,
  },
  {
    ...delivery,
    name: 'DELIVERY_PLAN.CHANGE',
    aliases: ['delivery-plan'],
    eventType: 'DELIVERY_PLAN.CHANGE',
    resource: (about) => plan(about, 'CREATED', '审核通过'),
  },
  {
    ...delivery,
    name: 'DELIVERY_PLAN_STATE.DELIVER',
    aliases: ['delivery-plan-delivering'],
    eventType: 'DELIVERY_PLAN_STATE.DELIVER',
    resource: (about) => plan(about, 'DELIVERING', '开始投放'),
  },
];
