import { z } from 'zod';
import { amountFen, appId, currency, mchId, openId, outTradeNo, transactionId } from '../ids.ts';

/**
 * `payment.succeeded`: WeChat Pay says that an order was paid: of a direct merchant, of a service provider's merchant,
 * or one of the orders of a combined payment (合单), of which each is an event of its own.
 * `amountFen` is `amount.total` (`total_amount` of a combined one), the figure to compare with the order;
 * `payerTotalFen` is what the buyer paid after coupons. https://pay.weixin.qq.com/doc/v3/merchant/4012791902
 */
export const paymentSucceeded = z.object({
  type: z.literal('payment.succeeded'),
  /** The merchant of the path: sp_mchid of a service provider, combine_mchid of a combined payment. */
  mchId,
  /** sp_appid of a service provider, combine_appid of a combined payment. */
  appId,
  /** 子商户号: whose money it is, where that is not `mchId`. */
  subMchId: z.string().max(32).optional(),
  /** The app of that merchant, where the payer paid in it. */
  subAppId: appId.optional(),
  /** 合单商户订单号: of the whole of which this is a part. */
  combineOutTradeNo: z.string().max(64).optional(),
  outTradeNo,
  transactionId,
  amountFen,
  payerTotalFen: z.number().int().min(0).optional(),
  currency,
  /** The payer in `appId`. */
  openId: openId.optional(),
  /** The payer in `subAppId`. */
  subOpenId: openId.optional(),
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
