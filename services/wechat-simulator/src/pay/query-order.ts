import type { Context } from '../context.ts';
import type { KnownMerchant } from './merchants.ts';
import { type ApiAnswer, PayRefusal, paramError } from './refusal.ts';
import { toCombinedTransaction, toTransaction } from './transaction.ts';

/** The parties that a query names: mchid, or, below /v3/pay/partner, sp_mchid with sub_mchid. */
export interface QueriedParties {
  readonly isPartner: boolean;
  readonly mchid?: unknown;
  readonly sp_mchid?: unknown;
  readonly sub_mchid?: unknown;
}

/**
 * GET /v3/pay/transactions/out-trade-no/{out_trade_no}?mchid= and /id/{transaction_id}?mchid=, and the same below
 * /v3/pay/partner with sp_mchid and sub_mchid; by id only what was paid can be found.
 * https://pay.weixin.qq.com/doc/v3/merchant/4013070356 and https://pay.weixin.qq.com/doc/v3/partner/4012085811
 */
export function queryOrder(
  context: Context,
  merchant: KnownMerchant,
  asked: { outTradeNo: string } | { transactionId: string },
  parties: QueriedParties,
): ApiAnswer {
  assertParties(merchant, parties);
  const order =
    'outTradeNo' in asked
      ? context.orders.find(merchant.mchId, asked.outTradeNo)
      : context.orders.findByTransaction(merchant.mchId, asked.transactionId);
  const subMchId = parties.isPartner ? parties.sub_mchid : undefined;
  // An order of a service provider is not found by the calls of direct merchants, nor the other way round.
  if (order === undefined || (order.isSubOrder !== true && order.sub?.mchId !== subMchId)) {
    throw new PayRefusal(404, 'ORDER_NOT_EXIST', '订单不存在');
  }
  return { status: 200, body: toTransaction(order) };
}

function assertParties(merchant: KnownMerchant, parties: QueriedParties): void {
  const name = parties.isPartner ? 'sp_mchid' : 'mchid';
  if (parties[name] !== merchant.mchId) {
    throw paramError(`/query/${name}`, `${name}缺失或与Authorization中的不一致`);
  }
  if (parties.isPartner && typeof parties.sub_mchid !== 'string') {
    throw paramError('/query/sub_mchid', 'sub_mchid必传');
  }
}

/** GET /v3/combine-transactions/out-trade-no/{combine_out_trade_no}. https://pay.weixin.qq.com/doc/v3/merchant/4012557010 */
export function queryCombined(context: Context, merchant: KnownMerchant, outTradeNo: string): ApiAnswer {
  const combined = context.orders.findCombined(merchant.mchId, outTradeNo);
  if (combined === undefined) throw new PayRefusal(404, 'ORDER_NOT_EXIST', '订单不存在');
  return { status: 200, body: toCombinedTransaction(combined) };
}
