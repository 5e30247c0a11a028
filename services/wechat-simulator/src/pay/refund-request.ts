import { z } from 'zod';
import type { Context } from '../context.ts';
import { findNotifyUrlProblem } from './prepay-request.ts';
import { paramError } from './refusal.ts';

const fen = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const number = z.string().min(1).max(32);

const amount = z
  .object({
    refund: fen,
    total: fen,
    currency: z.literal('CNY'),
    from: z.array(z.object({ account: z.enum(['AVAILABLE', 'UNAVAILABLE']), amount: fen })).optional(),
  })
  .refine(({ refund, total }) => refund <= total, { path: ['refund'], message: '退款金额大于订单金额' })
  .refine(({ refund, from }) => from === undefined || sumOf(from) === refund, {
    path: ['from'],
    message: '退款出资金额之和应等于退款金额',
  });

/** Body of POST /v3/refund/domestic/refunds. https://pay.weixin.qq.com/doc/v3/merchant/4012791883 */
const refundRequest = z
  .object({
    sub_mchid: number.optional(),
    transaction_id: number.optional(),
    out_trade_no: number.optional(),
    out_refund_no: z.string().regex(/^[0-9A-Za-z_\-|*@]{1,64}$/, '1-64个字符，只能是数字、大小写字母_-|*@'),
    reason: z.string().max(80).optional(),
    notify_url: z.string().max(256).optional(),
    funds_account: z.enum(['AVAILABLE', 'UNSETTLED']).optional(),
    amount,
    goods_detail: z
      .array(
        z.object({
          merchant_goods_id: z.string().min(1).max(32),
          unit_price: z.number().int().min(0),
          refund_amount: z.number().int().min(0),
          refund_quantity: z.number().int().min(1),
        }),
      )
      .min(1)
      .optional(),
  })
  .refine((one) => (one.transaction_id ?? one.out_trade_no) !== undefined, {
    path: ['transaction_id'],
    message: 'transaction_id和out_trade_no必传其一',
  });
export type RefundRequest = z.infer<typeof refundRequest>;

/** Throws 400 PARAM_ERROR naming the first member that is wrong. */
export function parseRefundRequest(context: Context, body: unknown): RefundRequest {
  const parsed = refundRequest.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw paramError(`/body/${issue?.path.join('/') ?? ''}`, issue?.message ?? '无效');
  }
  const { notify_url } = parsed.data;
  const problem = notify_url && findNotifyUrlProblem(notify_url, context.settings.allowPrivateNotifyHosts);
  if (problem) throw paramError('/body/notify_url', problem);
  return parsed.data;
}

function sumOf(parts: readonly { readonly amount: number }[]): number {
  return parts.reduce((sum, part) => sum + part.amount, 0);
}
