import { z } from 'zod';
import { amountFenOrNone, mchId, outTradeNo, transactionId } from '../ids.ts';

export const outRefundNo = z
  .string()
  .regex(/^[0-9A-Za-z_\-|*@]{1,64}$/)
  .meta({
    description:
      "A refund's number (商户退款单号): the merchant's, or what the merchant platform made for a refund in its console.",
    examples: ['refund-20270106-0001'],
  });
export const refundId = z
  .string()
  .regex(/^[0-9A-Za-z]{1,64}$/)
  .meta({
    description: "WeChat Pay's own number of the refund (微信支付退款单号), once it accepted it.",
    examples: ['50300000002027010600000000001'],
  });

const refund = {
  /** Of the path: the service provider's for a refund of one of its merchants. */
  mchId,
  /** 子商户号, where a service provider refunds. */
  subMchId: z.string().max(32).optional(),
  outTradeNo,
  transactionId,
  outRefundNo,
  refundId,
  /** What the buyer gets back of `totalFen`. */
  refundFen: amountFenOrNone,
  /** The order's amount. */
  totalFen: amountFenOrNone,
  /** RFC 3339, as WeChat wrote it; only with success. */
  successTime: z.string().max(64).optional(),
  /**
   * `signature`: WeChat Pay signed it. `key_alone`: a refund notification of API v2, which is not signed: it counts
   * only after a query agrees.
   */
  proof: z.enum(['signature', 'key_alone']).default('signature'),
};

/**
 * What became of a refund, ours or one that was made in the merchant platform's console.
 * ABNORMAL is not final: the money could not be returned, and a SUCCESS may follow. CLOSED is.
 * https://pay.weixin.qq.com/doc/v3/merchant/4012791906
 */
export const refundEvents = {
  'refund.succeeded': z.object({ type: z.literal('refund.succeeded'), ...refund }),
  'refund.abnormal': z.object({ type: z.literal('refund.abnormal'), ...refund }),
  'refund.closed': z.object({ type: z.literal('refund.closed'), ...refund }),
} as const;

export const refundEvent = z.discriminatedUnion('type', [
  refundEvents['refund.succeeded'],
  refundEvents['refund.abnormal'],
  refundEvents['refund.closed'],
]);
export type RefundEvent = z.infer<typeof refundEvent>;
