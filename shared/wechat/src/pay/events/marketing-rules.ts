import { eventRule, type TellFact } from './event-rule.ts';

const memberCard = {
  fields: {
    cardId: 'card_id',
    code: 'code',
    userAction: 'event_type',
    eventTime: 'event_time',
    activateScene: 'activate_scene',
    outerStr: 'outer_str',
  },
  key: (event: {
    cardId: string;
    openId?: string | undefined;
    userAction?: string | undefined;
    eventTime?: string | undefined;
  }) => [event.cardId, event.openId, event.userAction, event.eventTime],
} as const;

const brandMemberCard = {
  fields: {
    brandId: 'brand_id',
    cardId: 'card_id',
    userCardCode: 'user_card_code',
    userCardState: 'user_card_state',
    pickupTime: 'pickup_time',
    modifyTime: 'modify_time',
  },
  key: (event: {
    cardId: string;
    userCardCode?: string | undefined;
    openId?: string | undefined;
    modifyTime?: string | undefined;
  }) => [event.cardId, event.userCardCode ?? event.openId, event.modifyTime],
} as const;

const discountCard = {
  fields: {
    cardId: 'card_id',
    outCardCode: 'out_card_code',
    cardTemplateId: 'card_template_id',
    state: 'state',
    createTime: 'create_time',
    beginTime: 'time_range.begin_time',
    endTime: 'time_range.end_time',
    totalAmount: 'total_amount',
    unfinishedReason: 'unfinished_reason',
    transactionId: 'pay_information.transaction_id',
    payState: 'pay_information.pay_state',
    payTime: 'pay_information.pay_time',
  },
  key: (event: { cardId: string; state?: string | undefined; payState?: string | undefined }) => [
    event.cardId,
    event.state ?? 'none',
    event.payState ?? 'none',
  ],
} as const;

const cardCreated = eventRule('brand_member_card.created', brandMemberCard);
const cardDeleted = eventRule('brand_member_card.deleted', brandMemberCard);
const discountCardAccepted = eventRule('discount_card.accepted', discountCard);
const deliveryPlanChanged = eventRule('delivery_plan.changed', {
  fields: {
    planId: 'plan_id',
    planState: 'plan_state',
    auditState: 'audit_state',
    changeReason: 'change_reason',
    modifyTime: 'modify_time',
  },
  key: (event) => [event.planId, event.planState ?? 'none', event.auditState, event.modifyTime],
});

/** Coupons, cards, shopping malls. */
export const marketingRules: Readonly<Record<string, TellFact>> = {
  'COUPON.USE': eventRule('coupon.used', {
    fields: {
      couponId: 'coupon_id',
      stockId: 'stock_id',
      stockCreatorMchId: 'stock_creator_mchid',
      status: 'status',
      consumeMchId: 'consume_information.consume_mchid',
      consumeTime: 'consume_information.consume_time',
      consumeFen: 'consume_information.consume_amount',
      transactionId: 'consume_information.transaction_id',
      businessType: 'business_type',
    },
    // 消费金 is used up in several payments.
    key: (event) => [event.stockId, event.couponId, event.transactionId],
  }),
  'COUPON.SEND': eventRule('coupon.sent', {
    fields: {
      couponCode: 'coupon_code',
      stockId: 'stock_id',
      sendTime: 'send_time',
      sendChannel: 'send_channel',
      sendMerchant: 'send_merchant',
      transactionId: 'attach_info.transaction_id',
    },
    key: (event) => [event.stockId, event.couponCode],
  }),
  'PRODUCT_COUPON_SP.SEND': eventRule('product_coupon.sent', {
    fields: {
      brandId: 'brand_id',
      couponCode: 'coupon_code',
      productCouponId: 'product_coupon_id',
      stockId: 'stock_id',
      sendRequestNo: 'send_request_no',
      sendChannel: 'send_channel',
      receiveTime: 'receive_time',
    },
    key: (event) => [event.stockId, event.couponCode],
  }),
  'DELIVERY_PLAN.CHANGE': deliveryPlanChanged,
  'DELIVERY_PLAN_STATE.DELIVER': deliveryPlanChanged,
  'MEMBERCARD.ACCEPT_CARD': eventRule('member_card.accepted', memberCard),
  'MEMBERCARD.ACTIVATE_CARD': eventRule('member_card.activated', memberCard),
  'MEMBERCARD.USERCARD_MANAGE': eventRule('member_card.managed', memberCard),
  'BRAND_MEMBER_CARD_SP.USER_CARD.CREATE': cardCreated,
  'MEMBERCARDSP.USER_CARD.CREATE': cardCreated,
  'BRAND_MEMBER_CARD_SP.USER_CARD.DELETE': cardDeleted,
  'MEMBERCARDSP.USER_CARD.DELETE': cardDeleted,
  'BRAND_MEMBER_CARD_SP.SYNC_USER_POINT': eventRule('brand_member_card.points_asked', brandMemberCard),
  'BRAND_MEMBER_CARD_SP.POINT_EXCHANGE_COUPON': eventRule('brand_member_card.points_exchanged', {
    fields: {
      recordId: 'record_id',
      brandId: 'brand_id',
      cardId: 'card_id',
      userCardCode: 'user_card_code',
      exchangeCouponTemplateId: 'exchange_coupon_template_id',
      deductPoints: 'deduct_points',
      productCouponId: 'product_coupon_id',
      stockId: 'stock_id',
    },
    key: (event) => [event.recordId],
  }),
  'DISCOUNT_CARD.USER_ACCEPTED': discountCardAccepted,
  'DISCOUNT_CARD.GET_CARD': discountCardAccepted,
  'DISCOUNT_CARD.AGREEMENT_ENDED': eventRule('discount_card.agreement_ended', discountCard),
  'DISCOUNT_CARD.USER_PAID': eventRule('discount_card.paid', discountCard),
  'DISCOUNT_CARD.SETTLEMENT': eventRule('discount_card.settled', discountCard),
  'MALL_TRANSACTION.SUCCESS': eventRule('business_circle.paid', {
    fields: {
      transactionId: 'transaction_id',
      amountFen: 'amount',
      shopNumber: 'shop_number',
      code: 'code',
      timeEnd: 'time_end',
    },
    key: (event) => [event.transactionId],
  }),
  'MALL_REFUND.SUCCESS': eventRule('business_circle.refunded', {
    fields: {
      refundId: 'refund_id',
      transactionId: 'transaction_id',
      payFen: 'pay_amount',
      refundFen: 'refund_amount',
      shopNumber: 'shop_number',
      refundTime: 'refund_time',
    },
    key: (event) => [event.refundId],
  }),
  'MALL_AUTH.ACTIVATE_CARD': eventRule('business_circle.authorized', {
    fields: { code: 'code', authType: 'auth_type' },
    // A user may come back after having left, with nothing here to tell the two by.
    key: (event) => [event.openId, undefined],
  }),
};
