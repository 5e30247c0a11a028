import { outRefundNo, outTradeNo, refundId, transactionId } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import { z } from 'zod';
import { describeProblem } from './describe-problem.ts';

/** What a refund is now. PROCESSING is not final, and ABNORMAL may become SUCCESS. */
export const refundStatus = z.enum(['SUCCESS', 'CLOSED', 'PROCESSING', 'ABNORMAL']);

const fen = z.number().int().min(0);
/** The answer calls the state `status`, where a notification calls it refund_status. https://pay.weixin.qq.com/doc/v3/merchant/4012791904 */
const refundAnswer = z.looseObject({
  status: refundStatus,
  refund_id: refundId,
  out_refund_no: outRefundNo,
  transaction_id: transactionId,
  out_trade_no: outTradeNo,
  amount: z.looseObject({ total: fen, refund: fen }),
  success_time: z.string().max(64).nullish(),
});

/** What a query says about a refund. */
export interface QueriedRefund {
  readonly status: z.infer<typeof refundStatus>;
  readonly refundId: string;
  readonly outRefundNo: string;
  readonly transactionId: string;
  readonly outTradeNo: string;
  /** What the buyer gets back of `totalFen`. */
  readonly refundFen: number;
  /** The order's amount. */
  readonly totalFen: number;
  /** RFC 3339, as WeChat wrote it. */
  readonly successTime?: string;
}

/**
 * Reads a verified answer to a query.
 * @throws AppError WECHAT_RESPONSE_NOT_AUTHENTIC where it is about another refund (a signature binds an answer to no
 * request); WECHAT_SYSTEM_ERROR where our schema refuses it.
 */
export function toQueriedRefund(json: unknown, asked: { readonly outRefundNo: string }): QueriedRefund {
  const parsed = refundAnswer.safeParse(json);
  if (!parsed.success) {
    const details = { reason: 'answer_not_understood', problem: describeProblem(parsed.error) };
    throw new AppError('WECHAT_SYSTEM_ERROR', { details });
  }
  const { data } = parsed;
  if (data.out_refund_no !== asked.outRefundNo) {
    throw new AppError('WECHAT_RESPONSE_NOT_AUTHENTIC', {
      details: { reason: 'answer_to_another_question' },
    });
  }
  return {
    status: data.status,
    refundId: data.refund_id,
    outRefundNo: data.out_refund_no,
    transactionId: data.transaction_id,
    outTradeNo: data.out_trade_no,
    refundFen: data.amount.refund,
    totalFen: data.amount.total,
    ...(data.success_time ? { successTime: data.success_time } : {}),
  };
}
