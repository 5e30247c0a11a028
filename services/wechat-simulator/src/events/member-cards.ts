import type { JsonObject } from '../write-json.ts';
import type { PayEventSpec } from './event-spec.ts';
import type { EventSubject } from './event-subject.ts';

/* 会员卡 and 商家名片会员卡: https://pay.weixin.qq.com/doc/v3/merchant/4012288215, partner/4015283692 */

function card(about: EventSubject, eventType: string): JsonObject {
  return {
    event_type: eventType,
    event_time: about.time,
    openid: about.openId,
    unionid: 'obLatjvNtj7wO79ewoQBVIUEArg0',
    card_id: 'paCkC00igoi8VmVpDvapnUhkN99w',
    code: about.number.slice(0, 12),
    outer_str: 'sz_store_001',
  };
}

function brand(about: EventSubject): JsonObject {
  return {
    brand_id: '1077',
    card_id: 'pbLatjvWOibDc5',
    openid: about.openId,
    user_card_code: about.number.slice(0, 12),
  };
}

/** The whole card; under its former event types too. */
function brandCard(about: EventSubject, state: 'EFFECTIVE' | 'DELETE'): JsonObject {
  return {
    ...brand(about),
    card_type: 'NORMAL',
    user_card_state: state,
    level: '钻石会员',
    pickup_time: about.time,
    create_time: about.time,
    modify_time: about.time,
    valid_date_information: { type: 'PERMANENT' },
    user_information: {
      common_field_list: [{ name: 'USER_FORM_FLAG_SEX', value: '男' }],
      custom_field_list: [{ name: '喜欢的运动', user_chosen_values: ['足球', '篮球'] }],
    },
    attach: 'brand_data',
  };
}

const created = (about: EventSubject): JsonObject => brandCard(about, 'EFFECTIVE');
const deleted = (about: EventSubject): JsonObject => brandCard(about, 'DELETE');

const originalTypes: Readonly<Record<string, string>> = {
  'MEMBERCARD.ACCEPT_CARD': 'membercard',
  'MEMBERCARD.ACTIVATE_CARD': 'membercard',
  'MEMBERCARD.USERCARD_MANAGE': 'membercard',
  'BRAND_MEMBER_CARD_SP.USER_CARD.CREATE': 'user_card',
  'BRAND_MEMBER_CARD_SP.USER_CARD.DELETE': 'user_card',
  'BRAND_MEMBER_CARD_SP.SYNC_USER_POINT': 'sync_user_point',
  'BRAND_MEMBER_CARD_SP.POINT_EXCHANGE_COUPON': 'point_coupon',
};

function spec(
  eventType: string,
  alias: string,
  summary: string,
  resource: (about: EventSubject) => JsonObject,
): PayEventSpec {
  const originalType = originalTypes[eventType] ?? null;
  return { name: eventType, aliases: [alias], eventType, originalType, summary, resource };
}

export const memberCardEvents: readonly PayEventSpec[] = [
  spec('MEMBERCARD.ACCEPT_CARD', 'member-card-accepted', '会员卡领卡', (about) =>
    card(about, 'NEW_ACTIVATE'),
  ),
  spec('MEMBERCARD.ACTIVATE_CARD', 'member-card', '会员卡激活', (about) =>
    card(about, 'MEMBER_CARD_ACTIVATE'),
  ),
  spec('MEMBERCARD.USERCARD_MANAGE', 'member-card-changed', '用户管理会员卡', (about) =>
    card(about, 'USER_DELETE_MEMBERCARD'),
  ),
  spec('BRAND_MEMBER_CARD_SP.USER_CARD.CREATE', 'brand-card', '用户领取会员卡', created),
  spec('MEMBERCARDSP.USER_CARD.CREATE', 'brand-card-former', '用户领取会员卡', created),
  spec('BRAND_MEMBER_CARD_SP.USER_CARD.DELETE', 'brand-card-deleted', '用户删除会员卡', deleted),
  spec('MEMBERCARDSP.USER_CARD.DELETE', 'brand-card-deleted-former', '用户删除会员卡', deleted),
  spec('BRAND_MEMBER_CARD_SP.SYNC_USER_POINT', 'brand-points', '同步会员积分', brand),
  spec('BRAND_MEMBER_CARD_SP.POINT_EXCHANGE_COUPON', 'brand-exchange', '积分兑换优惠券', (about) => ({
    ...brand(about),
    record_id: `WfTb${about.number}`,
    appid: about.appId,
    exchange_coupon_template_id: '0Flpo7FqTQ',
    deduct_points: 1_000,
    product_coupon_id: '200000001',
    product_coupon_stock_type: 'PRODUCT_COUPON_STOCK_TYPE_BUSI_FAVOR',
    stock_id: '100232301',
  })),
];
