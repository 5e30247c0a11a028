import { z } from 'zod';
import type { Context } from '../context.ts';
import { createRefundId } from '../events/event-subject.ts';
import type { KnownMerchant } from './merchants.ts';
import { type ApiAnswer, PayRefusal, paramError } from './refusal.ts';

const unfreezeRequest = z.object({
  sub_mchid: z.string().optional(),
  transaction_id: z.string().min(1).max(32),
  out_order_no: z.string().regex(/^[0-9A-Za-z_\-|*@]{1,64}$/),
  description: z.string().min(1).max(80),
});

/**
 * POST /v3/profitsharing/orders/unfreeze: what profit_sharing froze at the payment belongs to the merchant from now on.
 * Asking again gives the same. https://pay.weixin.qq.com/doc/v3/merchant/4012466858
 */
export function unfreezeOrder(context: Context, merchant: KnownMerchant, body: unknown): ApiAnswer {
  const parsed = unfreezeRequest.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw paramError(`/body/${issue?.path.join('/') ?? ''}`, issue?.message ?? '无效');
  }
  const { transaction_id, out_order_no, sub_mchid } = parsed.data;
  const order = context.orders.findByTransaction(merchant.mchId, transaction_id);
  if (order === undefined || order.sub?.mchId !== sub_mchid) {
    throw new PayRefusal(404, 'RESOURCE_NOT_EXISTS', '订单不存在');
  }
  if (order.isFrozen === true) {
    order.isFrozen = false;
    order.unfrozenBy = { outOrderNo: out_order_no, orderId: createRefundId() };
    context.balances.addReleased(order, context.refunds.leftFen(order));
  }
  if (order.unfrozenBy?.outOrderNo !== out_order_no) {
    throw new PayRefusal(400, 'INVALID_REQUEST', '订单非分账订单或分账已完结');
  }
  return {
    status: 200,
    body: { sub_mchid, transaction_id, out_order_no, order_id: order.unfrozenBy.orderId, state: 'FINISHED' },
  };
}
