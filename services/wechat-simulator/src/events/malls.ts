import type { PayEventSpec } from './event-spec.ts';

/* 智慧商圈: https://pay.weixin.qq.com/wiki/doc/apiv3/apis/chapter8_6_1.shtml */

const shop = {
  merchant_name: '万象天地',
  shop_name: '重庆烤鱼（万象天地店）',
  shop_number: '50001',
} as const;

export const mallEvents: readonly PayEventSpec[] = [
  {
    name: 'MALL_TRANSACTION.SUCCESS',
    aliases: ['mall-paid'],
    eventType: 'MALL_TRANSACTION.SUCCESS',
    originalType: null,
    summary: '商圈会员支付结果',
    resource: (about) => ({
      mchid: about.mchId,
      ...shop,
      appid: about.appId,
      openid: about.openId,
      time_end: about.time,
      amount: about.totalFen,
      transaction_id: about.transactionId,
      code: about.number.slice(0, 12),
      auth_type: 'REGISTERED_MODE',
    }),
  },
  {
    name: 'MALL_REFUND.SUCCESS',
    aliases: ['mall-refunded'],
    eventType: 'MALL_REFUND.SUCCESS',
    originalType: null,
    summary: '商圈会员退款成功',
    resource: (about) => ({
      mchid: about.mchId,
      ...shop,
      appid: about.appId,
      openid: about.openId,
      refund_time: about.time,
      pay_amount: about.totalFen,
      refund_amount: about.refundFen,
      transaction_id: about.transactionId,
      refund_id: about.refundId,
    }),
  },
  {
    name: 'MALL_AUTH.ACTIVATE_CARD',
    aliases: ['mall-card'],
    eventType: 'MALL_AUTH.ACTIVATE_CARD',
    originalType: null,
    summary: '商圈会员积分服务授权结果',
    resource: (about) => ({
      openid: about.openId,
      code: about.number.slice(0, 12),
      mchid: about.mchId,
      auth_type: 'REGISTERED_MODE',
    }),
  },
];
