import { z } from 'zod';
import { amountFen, appId, currency, mchId, openId, outTradeNo, transactionId } from './ids.ts';

/**
 * `payment.succeeded`: WeChat Pay says that an order of a direct merchant was paid.
 * `amountFen` is `amount.total`, the figure to compare with the order; `payerTotalFen` is what the buyer paid
 * after coupons. https://pay.weixin.qq.com/doc/v3/merchant/4012791902
 */
export const paymentSucceeded = z.object({
  type: z.literal('payment.succeeded'),
  mchId,
  appId,
  outTradeNo,
  transactionId,
  amountFen,
  payerTotalFen: z.number().int().min(0).optional(),
  currency,
  openId: openId.optional(),
  tradeType: z.string().max(32),
  bankType: z.string().max(64).optional(),
  attach: z.string().max(512).optional(),
  /** RFC 3339, as WeChat wrote it. */
  successTime: z.string().max(64).optional(),
  /**
   * WeChat Pay says REFUND instead of SUCCESS: it was paid, and some or all of it refunded before we learned of it.
   * https://pay.weixin.qq.com/doc/v3/merchant/4013070356
   */
  refundSeen: z.boolean().optional(),
});
export type PaymentSucceeded = z.infer<typeof paymentSucceeded>;

/**
 * `callback.unhandled`: genuine and opened, but of a type that nothing here handles, or refused by our schema.
 * Kept whole, because a re-send would not help.
 */
export interface CallbackUnhandled {
  readonly type: 'callback.unhandled';
  readonly reason: 'unknown_type' | 'schema_refused';
  /** What our schema said, without values. */
  readonly problem: string;
}

export type DomainEvent = PaymentSucceeded | CallbackUnhandled;
