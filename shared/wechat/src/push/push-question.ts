import type { PushReplyFields } from './to-push-reply.ts';

/**
 * What must be answered at once with more than `success`. Absent fields are those that the push lacked.
 */
export type PushQuestion = IosRefundQuestion | CustomerServiceQuestion;

/**
 * xpay_subscribe_ios_refund_query_notify: Apple asks, three times at most, whether a payment should be refunded. It
 * is answered within 3 s by the rule `ios_refund` of the app; without an answer WeChat tells Apple that it is undecided.
 * https://developers.weixin.qq.com/miniprogram/dev/platform-capabilities/business-capabilities/virtual-payment/ios
 */
export interface IosRefundQuestion {
  readonly kind: 'ios_refund';
  /**
   * Numbers that the order may be known by, the merchant's own (OutTradeNo) first, then pay_order_id: pages differ
   * on which of them is sent.
   */
  readonly orderNumbers: readonly string[];
  readonly openId: string | undefined;
  readonly productId: string | undefined;
  /** p_count. */
  readonly quantity: string | undefined;
  /** What WeChat knows of the delivery. */
  readonly delivery: 'not_delivered' | 'delivered' | 'under_way' | undefined;
  /** When the order was made, ISO 8601. */
  readonly orderedAt: string | undefined;
}

/** A user wrote to customer service, and this app hands over to people. */
export interface CustomerServiceQuestion {
  readonly kind: 'customer_service';
  /** FromUserName of the push. */
  readonly openId: string;
  /** ToUserName of the push: 原始ID. */
  readonly originalId: string;
}

/** What an app answers to an IosRefundQuestion. */
export interface IosRefundAnswer {
  /** `allow`: let it pass, result_code 0; `refuse`: 1. Apple decides in the end. */
  readonly decision: 'allow' | 'refuse';
  /** For people; a sentence that says the decision where it is left out. */
  readonly info?: string;
  /** Why, for Apple's audit. Must be more than a word: WeChat's page names `不同意` as too little. */
  readonly evidence: string;
}

/** ErrCode 0 says that the question was understood; the decision is inside. */
export function toIosRefundAnswer({ decision, info, evidence }: IosRefundAnswer): PushReplyFields {
  const isAllowed = decision === 'allow';
  return {
    ErrCode: 0,
    ErrMsg: 'success',
    IosRefundQueryResponse: {
      result_code: isAllowed ? 0 : 1,
      result_info: info ?? (isAllowed ? '建议退款' : '拒绝退款'),
      evidence,
    },
  };
}

/**
 * Hands a message over to 网页版客服, in the push's own format.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/customer-message/trans.html
 */
export function toCustomerServiceTransfer(question: CustomerServiceQuestion, now: Date): PushReplyFields {
  return {
    ToUserName: question.openId,
    FromUserName: question.originalId,
    CreateTime: Math.floor(now.getTime() / 1_000),
    MsgType: 'transfer_customer_service',
  };
}
