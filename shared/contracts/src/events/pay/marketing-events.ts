import { count, fen, id, payEvent, text } from './pay-event.ts';

const memberCard = {
  cardId: id,
  /** 会员卡code. */
  code: text,
  /** MEMBER_CARD_ACTIVATE, USER_VIEW_MEMBERCARD and others. */
  userAction: text,
  eventTime: text,
  activateScene: text,
  outerStr: text,
};

const brandMemberCard = {
  brandId: text,
  cardId: id,
  userCardCode: text,
  userCardState: text,
  pickupTime: text,
  modifyTime: text,
};

const discountCard = {
  cardId: id,
  outCardCode: text,
  cardTemplateId: text,
  state: text,
  createTime: text,
  beginTime: text,
  endTime: text,
  /** As WeChat wrote it. */
  totalAmount: text,
  unfinishedReason: text,
  transactionId: text,
  payState: text,
  payTime: text,
};

/** Coupons, cards, shopping malls. */
export const marketingEvents = {
  /** COUPON.USE: a cash coupon (代金券) was redeemed. https://pay.weixin.qq.com/doc/v3/merchant/4012285250 */
  'coupon.used': payEvent('coupon.used', {
    couponId: id,
    stockId: text,
    stockCreatorMchId: text,
    status: text,
    consumeMchId: text,
    consumeTime: text,
    consumeFen: fen,
    transactionId: text,
    businessType: text,
  }),
  /** COUPON.SEND: a merchant coupon (商家券) was claimed. https://pay.weixin.qq.com/doc/v3/merchant/4012285279 */
  'coupon.sent': payEvent('coupon.sent', {
    couponCode: id,
    stockId: text,
    sendTime: text,
    sendChannel: text,
    sendMerchant: text,
    transactionId: text,
  }),
  /** PRODUCT_COUPON_SP.SEND (商品券) */
  'product_coupon.sent': payEvent('product_coupon.sent', {
    brandId: text,
    couponCode: id,
    productCouponId: text,
    stockId: text,
    sendRequestNo: text,
    sendChannel: text,
    receiveTime: text,
  }),
  /** DELIVERY_PLAN.CHANGE, DELIVERY_PLAN_STATE.DELIVER (投放计划). https://pay.weixin.qq.com/doc/v3/partner/4016168699 */
  'delivery_plan.changed': payEvent('delivery_plan.changed', {
    planId: text,
    planState: text,
    auditState: text,
    changeReason: text,
    modifyTime: text,
  }),
  /** MEMBERCARD.ACCEPT_CARD */
  'member_card.accepted': payEvent('member_card.accepted', memberCard),
  /** MEMBERCARD.ACTIVATE_CARD */
  'member_card.activated': payEvent('member_card.activated', memberCard),
  /** MEMBERCARD.USERCARD_MANAGE */
  'member_card.managed': payEvent('member_card.managed', memberCard),
  /** BRAND_MEMBER_CARD_SP.USER_CARD.CREATE; MEMBERCARDSP.USER_CARD.CREATE before. https://pay.weixin.qq.com/doc/v3/partner/4015283692 */
  'brand_member_card.created': payEvent('brand_member_card.created', brandMemberCard),
  /** BRAND_MEMBER_CARD_SP.USER_CARD.DELETE; MEMBERCARDSP.USER_CARD.DELETE before. */
  'brand_member_card.deleted': payEvent('brand_member_card.deleted', brandMemberCard),
  /** BRAND_MEMBER_CARD_SP.SYNC_USER_POINT: WeChat asks for the user's points to be brought up to date. */
  'brand_member_card.points_asked': payEvent('brand_member_card.points_asked', brandMemberCard),
  /** BRAND_MEMBER_CARD_SP.POINT_EXCHANGE_COUPON */
  'brand_member_card.points_exchanged': payEvent('brand_member_card.points_exchanged', {
    recordId: id,
    brandId: text,
    cardId: text,
    userCardCode: text,
    exchangeCouponTemplateId: text,
    deductPoints: count,
    productCouponId: text,
    stockId: text,
  }),
  /** DISCOUNT_CARD.USER_ACCEPTED, DISCOUNT_CARD.GET_CARD (先享卡) */
  'discount_card.accepted': payEvent('discount_card.accepted', discountCard),
  /** DISCOUNT_CARD.AGREEMENT_ENDED */
  'discount_card.agreement_ended': payEvent('discount_card.agreement_ended', discountCard),
  /** DISCOUNT_CARD.USER_PAID */
  'discount_card.paid': payEvent('discount_card.paid', discountCard),
  /** DISCOUNT_CARD.SETTLEMENT */
  'discount_card.settled': payEvent('discount_card.settled', discountCard),
  /** MALL_TRANSACTION.SUCCESS (智慧商圈): not a payment of ours, but one in a shop of the mall. */
  'business_circle.paid': payEvent('business_circle.paid', {
    transactionId: id,
    amountFen: fen,
    shopNumber: text,
    /** 会员卡code. */
    code: text,
    timeEnd: text,
  }),
  /** MALL_REFUND.SUCCESS */
  'business_circle.refunded': payEvent('business_circle.refunded', {
    refundId: id,
    transactionId: text,
    payFen: fen,
    refundFen: fen,
    shopNumber: text,
    refundTime: text,
  }),
  /** MALL_AUTH.ACTIVATE_CARD */
  'business_circle.authorized': payEvent('business_circle.authorized', { code: text, authType: text }),
} as const;
