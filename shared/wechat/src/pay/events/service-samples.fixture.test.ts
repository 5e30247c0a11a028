import { type ExpectedSample, noticeId } from './expected-sample.fixture.test.ts';

/** Coupons, cards, complaints, invoices, risk. */
export const serviceSamples: Readonly<Record<string, ExpectedSample>> = {
  'cn/MarketingFavor/MarketingFavorCouponResource': {
    eventType: 'COUPON.USE',
    originalType: 'coupon',
    event: {
      type: 'coupon.used',
      couponId: '98674556',
      stockId: '9865888',
      stockCreatorMchId: '9800064',
      status: 'EXPIRED',
      consumeMchId: '9856081',
      transactionId: '2345234523',
    },
    key: 'coupon.used_1900000001_9865888_98674556_2345234523',
  },
  'cn/MarketingBusifavor/MarketingBusifavorCouponResource': {
    eventType: 'COUPON.SEND',
    originalType: 'busifavor',
    event: {
      type: 'coupon.sent',
      couponCode: '1227944959000000911017',
      stockId: '1286950000000039',
      sendMerchant: '98568888',
      transactionId: '4200000462220200226114599',
    },
    key: 'coupon.sent_1900000001_1286950000000039_1227944959000000911017',
  },
  'cn/_Partner/MarketingDeliveryPlan/MarketingPartnerDeliveryPlanResource': {
    eventType: 'DELIVERY_PLAN.CHANGE',
    originalType: 'delivery_plan',
    event: { type: 'delivery_plan.changed', planId: '7000', planState: 'CREATED', auditState: 'PASSED' },
    key: 'delivery_plan.changed_1900000001_7000_CREATED_PASSED_sha256-',
  },
  'cn/MarketingMemberCardOpen/MarketingMemberCardResource': {
    eventType: 'MEMBERCARD.ACTIVATE_CARD',
    originalType: 'membercard',
    event: {
      type: 'member_card.activated',
      cardId: 'paCkC00igoi8VmVpDvapnUhkN99w',
      code: '289560490049',
      userAction: 'MEMBER_CARD_ACTIVATE',
      outerStr: 'sz_store_001',
    },
    key: 'member_card.activated_1900000001_paCkC00igoi8VmVpDvapnUhkN99w_obLatjnx9gnqzS4myYGmLZ7LgLBA_MEMBER_CARD_ACTIVATE_sha256-',
  },
  'cn/_Partner/BrandCardMember/BrandPartnerCardMemberUserCardResource': {
    eventType: 'BRAND_MEMBER_CARD_SP.USER_CARD.CREATE',
    originalType: 'user_card',
    event: {
      type: 'brand_member_card.created',
      brandId: '1077',
      cardId: 'pbLatjvWOibDc5',
      userCardCode: '478515832665',
      userCardState: 'EFFECTIVE',
    },
    key: 'brand_member_card.created_1900000001_pbLatjvWOibDc5_478515832665_sha256-',
  },
  'cn/_Partner/BrandCardMember/BrandPartnerCardMemberUserPointResource': {
    eventType: 'BRAND_MEMBER_CARD_SP.SYNC_USER_POINT',
    originalType: 'sync_user_point',
    event: { type: 'brand_member_card.points_asked', brandId: '1077', userCardCode: '478515832665' },
    key: `brand_member_card.points_asked_1900000001_pbLatjvWOibDc5_478515832665_${noticeId}`,
  },
  'cn/_Partner/BrandCardMember/BrandPartnerCardMemberPointExchangeCouponResource': {
    eventType: 'BRAND_MEMBER_CARD_SP.POINT_EXCHANGE_COUPON',
    originalType: 'point_coupon',
    event: {
      type: 'brand_member_card.points_exchanged',
      recordId: 'WfTb8hfabrPAiw',
      deductPoints: 1000,
      stockId: '100232301',
    },
    key: 'brand_member_card.points_exchanged_1900000001_WfTb8hfabrPAiw',
  },
  'cn/DiscountCard/DiscountCardResource': {
    eventType: 'DISCOUNT_CARD.USER_ACCEPTED',
    event: {
      type: 'discount_card.accepted',
      cardId: '233bcbf407e87789b8e471f251774f95',
      outCardCode: '6e8369071cd942c0476613f9d1ce9ca3',
      state: 'ONGOING',
    },
    key: 'discount_card.accepted_1900000001_233bcbf407e87789b8e471f251774f95_ONGOING_none',
  },
  'cn/BusinessCircle/MallTransactionResource': {
    eventType: 'MALL_TRANSACTION.SUCCESS',
    event: {
      type: 'business_circle.paid',
      transactionId: '1234567890',
      amountFen: 200,
      shopNumber: '123456',
      timeEnd: '2020-05-20T13:29:35+08:00',
    },
    key: 'business_circle.paid_1900000001_1234567890',
  },
  'cn/BusinessCircle/MallRefundResource': {
    eventType: 'MALL_REFUND.SUCCESS',
    event: {
      type: 'business_circle.refunded',
      refundId: '1217752501201407033233368999',
      payFen: 100,
      refundFen: 100,
    },
    key: 'business_circle.refunded_1900000001_1217752501201407033233368999',
  },
  'cn/BusinessCircle/MallAuthResource': {
    eventType: 'MALL_AUTH.ACTIVATE_CARD',
    event: {
      type: 'business_circle.authorized',
      code: '478515832665',
      openId: 'oWmnN4xxxxxxxxxxe92NHIGf1xd8',
    },
    key: `business_circle.authorized_1900000001_oWmnN4xxxxxxxxxxe92NHIGf1xd8_${noticeId}`,
  },
  'cn/MerchantService/ComplaintResource': {
    eventType: 'COMPLAINT.CREATE',
    originalType: 'complaint',
    event: {
      type: 'complaint.created',
      mchId: '1900000001',
      complaintId: '200201820200101080076610000',
      actionType: 'CREATE_COMPLAINT',
    },
    key: `complaint.created_1900000001_200201820200101080076610000_${noticeId}`,
  },
  'cn/NewTaxControlFapiao/FapiaoResource': {
    eventType: 'FAPIAO.ISSUED',
    event: {
      type: 'fapiao.issued',
      fapiaoApplyId: '4200000444201910177461284488',
      applyTime: '2020-07-01T12:00:00+08:00',
      fapiaos: [{ fapiaoId: '20200701123456', fapiaoStatus: 'ISSUED', cardStatus: 'INSERTED' }],
    },
    key: 'fapiao.issued_1900000001_4200000444201910177461284488_20200701123456.ISSUED.INSERTED',
  },
  'cn/Violation/ViolationResource': {
    eventType: 'VIOLATION.PUNISH',
    originalType: 'violation',
    event: {
      type: 'violation.punished',
      subMchId: '1900009231',
      recordId: '200201820200101080076610000',
      punishPlan: '关闭支付权限',
      riskType: 'ONE_YUAN_PURCHASES',
    },
    key: 'violation.punished_1900000001_200201820200101080076610000',
  },
  'cn/MerchantRiskManage/RiskTradeIdentificationResource': {
    eventType: 'RISKTRADE.IDENTIFICATION',
    event: { type: 'risk_trade.identified', outTradeNo: '20150806125346', riskType: '1', riskLevel: '1' },
    key: 'risk_trade.identified_1900000001_20150806125346_1_1',
  },
};
