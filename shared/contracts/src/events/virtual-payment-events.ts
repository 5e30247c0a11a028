import { z } from 'zod';
import { mchId, openId } from '../ids.ts';
import { attach, environment, fen, instant, prose, pushed, wechatId, wechatState } from './pushed.ts';

/** 拼团. */
const team = z
  .object({ activityId: wechatId, teamId: wechatId, teamType: wechatState, teamAction: wechatState })
  .optional();

const order = {
  ...pushed,
  openId,
  outTradeNo: z.string().min(1).max(64),
  /** Absent in what Apple's payments push: they exist in the live environment only. */
  environment,
  /** MchOrderNo: WeChat Pay's merchant order number; absent where WeChat Pay did not carry the payment. */
  mchOrderNo: wechatId.optional(),
  transactionId: wechatId.optional(),
  paidAt: instant.optional(),
  quantity: z.number().int().min(0),
  /** OrigPrice. */
  originalFen: fen,
  /** ActualPrice: what was paid. */
  paidFen: fen,
  attach: attach.optional(),
};

const refund = {
  ...pushed,
  openId,
  wxRefundId: wechatId,
  mchRefundId: wechatId.optional(),
  wxOrderId: wechatId.optional(),
  mchOrderId: wechatId.optional(),
  refundFen: fen,
  /** `0` where it succeeded. */
  retCode: wechatState,
  message: prose.optional(),
  startedAt: instant.optional(),
  finishedAt: instant.optional(),
  wxpayRefundTransactionId: wechatId.optional(),
  team,
};

const subscription = {
  ...pushed,
  openId,
  channel: z.enum(['wechat', 'apple']),
  productId: wechatId.optional(),
  /** OutContractCode, or Apple's OriginalTransactionId: the same for everything that follows from one contract. */
  contractCode: wechatId,
};

/**
 * Virtual payment (虚拟支付), its refunds, complaints and memberships (会员订阅).
 * https://developers.weixin.qq.com/miniprogram/dev/platform-capabilities/business-capabilities/virtual-payment.html
 */
export const virtualPaymentEvents = {
  /** xpay_goods_deliver_notify: goods are paid and to be delivered, those of a membership's period too. */
  'virtual_payment.goods_paid': z.object({
    type: z.literal('virtual_payment.goods_paid'),
    ...order,
    productId: wechatId,
    team,
    /** OriginalTransactionId, where Apple's subscription paid. */
    appleContractCode: wechatId.optional(),
    /** When Apple's subscription is renewed next. */
    renewsAt: instant.optional(),
  }),
  /** xpay_coin_pay_notify: coins (代币) were spent. */
  'virtual_payment.coins_paid': z.object({ type: z.literal('virtual_payment.coins_paid'), ...order }),
  /** xpay_refund_notify with RetCode 0: what was delivered is to be revoked. */
  'virtual_payment.refund_succeeded': z.object({
    type: z.literal('virtual_payment.refund_succeeded'),
    ...refund,
  }),
  /** xpay_refund_notify with any other RetCode. */
  'virtual_payment.refund_failed': z.object({ type: z.literal('virtual_payment.refund_failed'), ...refund }),
  /** xpay_subscribe_ios_refund_query_notify: Apple asks whether to refund; it asks three times. */
  'virtual_payment.refund_asked': z.object({
    type: z.literal('virtual_payment.refund_asked'),
    ...pushed,
    openId: openId.optional(),
    outTradeNo: z.string().max(64).optional(),
    payOrderId: wechatId.optional(),
    productId: wechatId.optional(),
    quantity: wechatState.optional(),
    /** provide_status: 0, 1 and 2. */
    delivery: z.enum(['not_delivered', 'delivered', 'under_way']).optional(),
    orderedAt: instant.optional(),
    askedAt: instant.optional(),
  }),
  /** xpay_complaint_notify. What the user wrote is in the forwarded content only. */
  'virtual_payment.complained': z.object({
    type: z.literal('virtual_payment.complained'),
    ...pushed,
    openId,
    complaintId: wechatId,
    requestId: wechatId.optional(),
    wxOrderId: wechatId.optional(),
    mchOrderId: wechatId.optional(),
    transactionId: wechatId.optional(),
    complainedAt: instant.optional(),
  }),
  /** xpay_wxpay_callback_notify: WeChat Pay investigates or restricts the merchant. */
  'virtual_payment.risk_reported': z.object({
    type: z.literal('virtual_payment.risk_reported'),
    ...pushed,
    /** EventType: due_diligence or punishment. */
    risk: wechatState,
    mchId: mchId.optional(),
    businessCode: wechatId,
    businessState: wechatState.optional(),
    businessAt: instant.optional(),
    remark: prose.optional(),
  }),
  /** xpay_subscribe_signing_result_notify (contract_notify), xpay_apple_subscribe_signing_result_notify. */
  'virtual_subscription.signed': z.object({
    type: z.literal('virtual_subscription.signed'),
    ...subscription,
    signedAt: instant.optional(),
    renewsAt: instant.optional(),
  }),
  /** xpay_subscribe_signing_result_notify (cancel_contract_notify), xpay_apple_subscribe_unsigning_result_notify. */
  'virtual_subscription.cancelled': z.object({
    type: z.literal('virtual_subscription.cancelled'),
    ...subscription,
    cancelledAt: instant.optional(),
    /** The end of the period that is paid. */
    endsAt: instant.optional(),
  }),
  /** xpay_subscribe_pay_fail_notify. */
  'virtual_subscription.charge_failed': z.object({
    type: z.literal('virtual_subscription.charge_failed'),
    ...order,
    productId: wechatId,
    periodDays: z.number().int().min(0).optional(),
  }),
} as const;
