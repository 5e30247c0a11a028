import {
  mchId,
  outRefundNo,
  outTradeNo,
  type RefundEvent,
  refundId,
  transactionId,
} from '@huidiao/contracts';
import { z } from 'zod';
import { describeProblem } from '../pay/describe-problem.ts';
import type { V2Fields } from './v2-sign.ts';
import { fenText, toRecord, toRfc3339 } from './v2-values.ts';

/** CHANGE (退款异常): the money could not be returned. REFUNDCLOSE: failed for good. */
const eventTypes = {
  SUCCESS: 'refund.succeeded',
  CHANGE: 'refund.abnormal',
  REFUNDCLOSE: 'refund.closed',
} as const;

/** What stands around req_info, and what was in it. https://pay.weixin.qq.com/doc/v2/partner/4011989265 */
const v2Refund = z.object({
  /** The service provider's, where sub_mch_id names one of its merchants. */
  mch_id: mchId,
  sub_mch_id: z.string().max(32).optional(),
  transaction_id: transactionId,
  out_trade_no: outTradeNo,
  refund_id: refundId,
  out_refund_no: outRefundNo,
  total_fee: fenText,
  refund_fee: fenText,
  refund_status: z.enum(['SUCCESS', 'CHANGE', 'REFUNDCLOSE']),
  success_time: z.string().optional(),
});

/** The refund in our names, the same that API v3 would tell but for its proof; a text where our schema refuses it. */
export function toV2Refund(fields: V2Fields): RefundEvent | { readonly problem: string } {
  const parsed = v2Refund.safeParse(toRecord(fields));
  if (!parsed.success) return { problem: describeProblem(parsed.error) };
  const refund = parsed.data;
  const successTime = refund.refund_status === 'SUCCESS' ? toRfc3339(refund.success_time) : undefined;
  const isOfSub = refund.sub_mch_id !== undefined && refund.sub_mch_id !== refund.mch_id;
  return {
    type: eventTypes[refund.refund_status],
    mchId: refund.mch_id,
    ...(isOfSub ? { subMchId: refund.sub_mch_id } : {}),
    outTradeNo: refund.out_trade_no,
    transactionId: refund.transaction_id,
    outRefundNo: refund.out_refund_no,
    refundId: refund.refund_id,
    refundFen: refund.refund_fee,
    totalFen: refund.total_fee,
    ...(successTime === undefined ? {} : { successTime }),
    proof: 'key_alone',
  };
}
