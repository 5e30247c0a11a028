import type { JsonObject } from '../write-json.ts';
import type { PayEventSpec } from './event-spec.ts';
import type { EventSubject } from './event-subject.ts';

/* 先享卡: https://pay.weixin.qq.com/wiki/doc/apiv3/apis/chapter8_9_5.shtml */

function card(about: EventSubject, state: string): JsonObject {
  return {
    card_id: `233bcbf4${about.number}`,
    card_template_id: '87789b2f25177433bcbf407e8e471f95',
    openid: about.openId,
    out_card_code: about.outTradeNo,
    appid: about.appId,
    mchid: about.mchId,
    time_range: { begin_time: about.time, end_time: about.time },
    state,
    create_time: about.time,
    objectives: [
      {
        objective_id: '123456',
        name: '一周购买三次商品',
        unit: '次',
        count: 1,
        description: '特价商品',
        objective_completion_records: [
          {
            objective_id: '123456',
            objective_completion_serial_no: '578354545',
            completion_time: about.time,
            completion_type: 'INCREASE',
            completion_count: 1,
            description: '购买商品',
            remark: '特价商品',
          },
        ],
      },
    ],
    rewards: [
      {
        reward_id: '123456',
        name: '八折优惠',
        unit: '个',
        amount: 100,
        count_type: 'COUNT_LIMIT',
        count: 1,
        description: '特价商品优惠',
      },
    ],
  };
}

const states = [
  ['DISCOUNT_CARD.USER_ACCEPTED', 'card-accepted', 'ONGOING', '用户领卡'],
  ['DISCOUNT_CARD.GET_CARD', 'card-got', 'ONGOING', '用户领卡'],
  ['DISCOUNT_CARD.AGREEMENT_ENDED', 'card-ended', 'SETTLING', '守约状态变化'],
  ['DISCOUNT_CARD.USER_PAID', 'card-paid', 'FINISHED', '扣费状态变化'],
  ['DISCOUNT_CARD.SETTLEMENT', 'card-settled', 'FINISHED', '用户结算'],
] as const;

export const discountCardEvents: readonly PayEventSpec[] = states.map(
  ([eventType, alias, state, summary]) => ({
    name: eventType,
    aliases: [alias],
    eventType,
    originalType: null,
    summary,
    resource: (about) => card(about, state),
  }),
);
