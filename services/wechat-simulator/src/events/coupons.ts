import type { PayEventSpec } from './event-spec.ts';

/* 代金券: https://pay.weixin.qq.com/doc/v3/merchant/4012287306, 商家券: merchant/4012285250 */

export const couponEvents: readonly PayEventSpec[] = [
  {
    name: 'COUPON.USE',
    aliases: ['coupon-used'],
    eventType: 'COUPON.USE',
    originalType: 'coupon',
    summary: '代金券核销',
    registered: 'favor',
    resource: (about) => ({
      stock_creator_mchid: about.mchId,
      stock_id: '9865888',
      coupon_id: about.number,
      coupon_name: '微信支付代金券',
      description: '微信支付营销',
      status: 'USED',
      create_time: about.time,
      coupon_type: 'NORMAL',
      no_cash: true,
      available_begin_time: about.time,
      available_end_time: about.time,
      singleitem: true,
      singleitem_discount_off: { single_price_max: 100 },
      discount_to: { cut_to_price: 100, max_price: 10 },
      normal_coupon_information: { coupon_amount: 100, transaction_minimum: 100 },
      consume_information: {
        consume_time: about.time,
        consume_mchid: about.mchId,
        transaction_id: about.transactionId,
        consume_amount: 50,
        goods_detail: [{ goods_id: 'a_goods1', quantity: 7, price: 1, discount_amount: 4 }],
      },
    }),
  },
  {
    name: 'COUPON.SEND',
    aliases: ['coupon-sent'],
    eventType: 'COUPON.SEND',
    originalType: 'busifavor',
    summary: '商家券领券通知',
    registered: 'busifavor',
    resource: (about) => ({
      event_type: 'EVENT_TYPE_BUSICOUPON_SEND',
      coupon_code: `12279449${about.number}`,
      stock_id: '1286950000000039',
      send_time: about.time,
      openid: about.openId,
      unionid: 'oOuyajgxj0oVwjocSoQm6mp7PGKw',
      send_channel: 'BUSICOUPON_SEND_CHANNEL_PAYGIFT',
      send_merchant: about.mchId,
      attach_info: { transaction_id: about.transactionId, act_code: '540358695' },
    }),
  },
];
