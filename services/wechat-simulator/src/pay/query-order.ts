import type { Context } from '../context.ts';
import type { KnownMerchant } from './merchants.ts';
import { type ApiAnswer, PayRefusal, paramError } from './refusal.ts';
import { toTransaction } from './transaction.ts';

/**
 * GET /v3/pay/transactions/out-trade-no/{out_trade_no}?mchid= and /id/{transaction_id}?mchid=; by id only what
 * was paid can be found. https://pay.weixin.qq.com/doc/v3/merchant/4013070356
 */
export function queryOrder(
  context: Context,
  merchant: KnownMerchant,
  asked: { outTradeNo: string } | { transactionId: string },
  mchId: unknown,
): ApiAnswer {
  if (mchId !== merchant.mchId) throw paramError('/query/mchid', 'mchid缺失或与Authorization中的不一致');
  const order =
    'outTradeNo' in asked
      ? context.orders.find(merchant.mchId, asked.outTradeNo)
      : context.orders.findByTransaction(merchant.mchId, asked.transactionId);
  if (order === undefined) throw new PayRefusal(404, 'ORDER_NOT_EXIST', '订单不存在');
  return { status: 200, body: toTransaction(order) };
}
