import { z } from 'zod';
import type { Context } from '../context.ts';
import type { KnownMerchant } from './merchants.ts';
import { wasPaid } from './order-book.ts';
import { type ApiAnswer, PayRefusal, paramError } from './refusal.ts';

/**
 * POST /v3/pay/transactions/out-trade-no/{out_trade_no}/close, also below /v3/pay/partner: 204, for an unknown number
 * and a repeated close too. https://pay.weixin.qq.com/doc/v3/merchant/4012556398 and
 * https://developers.weixin.qq.com/community/pay/doc/000ac25b728328e60221a8d536b000
 */
export function closeOrder(
  context: Context,
  merchant: KnownMerchant,
  outTradeNo: string,
  body: unknown,
): ApiAnswer {
  const own = z.literal(merchant.mchId);
  const request = z
    .union([z.object({ mchid: own }), z.object({ sp_mchid: own, sub_mchid: z.string() })])
    .safeParse(body);
  if (!request.success) throw paramError('/body/mchid', 'mchid缺失或与Authorization中的不一致');
  const order = context.orders.find(merchant.mchId, outTradeNo);
  if (order !== undefined && wasPaid(order)) throw new PayRefusal(400, 'ORDER_PAID', '该订单已支付');
  if (order !== undefined) order.state = 'CLOSED';
  return { status: 204, body: undefined };
}
