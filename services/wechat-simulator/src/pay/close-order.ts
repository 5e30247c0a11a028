import { z } from 'zod';
import type { Context } from '../context.ts';
import type { KnownMerchant } from './merchants.ts';
import { type CombinedOrder, type Payable, wasPaid } from './order-book.ts';
import { type ApiAnswer, PayRefusal, paramError } from './refusal.ts';

const closed: ApiAnswer = { status: 204, body: undefined };

/**
 * POST /v3/pay/transactions/out-trade-no/{out_trade_no}/close, and below /v3/pay/partner with sp_mchid and sub_mchid:
 * 204, for an unknown number and a repeated close too. https://pay.weixin.qq.com/doc/v3/merchant/4012556398 and
 * https://developers.weixin.qq.com/community/pay/doc/000ac25b728328e60221a8d536b000
 */
export function closeOrder(
  context: Context,
  merchant: KnownMerchant,
  asked: { readonly outTradeNo: string; readonly isPartner: boolean },
  body: unknown,
): ApiAnswer {
  const subMchId = parseParties(merchant, asked.isPartner, body);
  const order = context.orders.find(merchant.mchId, asked.outTradeNo);
  if (order === undefined) return closed;
  if (order.isSubOrder === true) {
    throw new PayRefusal(400, 'INVALID_REQUEST', '合单支付订单只能使用合单关单接口关单');
  }
  if (order.sub?.mchId !== subMchId) throw new PayRefusal(400, 'INVALID_REQUEST', '订单与商户号不匹配');
  assertCloseable(context, order);
  order.state = 'CLOSED';
  return closed;
}

/** Gives the sub_mchid. Throws PayRefusal where the merchant is not the one that signed. */
function parseParties(merchant: KnownMerchant, isPartner: boolean, body: unknown): string | undefined {
  const own = z.literal(merchant.mchId);
  const name = isPartner ? 'sp_mchid' : 'mchid';
  if (!z.object({ [name]: own }).safeParse(body).success) {
    throw paramError(`/body/${name}`, `${name}缺失或与Authorization中的不一致`);
  }
  if (!isPartner) return undefined;
  const sub = z.object({ sub_mchid: z.string().min(1).max(32) }).safeParse(body);
  if (!sub.success) throw paramError('/body/sub_mchid', 'sub_mchid必传');
  return sub.data.sub_mchid;
}

/**
 * Throws PayRefusal where it is paid, or where the buyer is about to pay it, which shows as a limit of frequency:
 * https://developers.weixin.qq.com/community/develop/doc/00024ef66683385500b216e3060000
 */
function assertCloseable(context: Context, payable: Payable): void {
  if (wasPaid(payable)) throw new PayRefusal(400, 'ORDER_PAID', '该订单已支付');
  if (context.clock.now() < (payable.payingUntilMs ?? 0)) {
    throw new PayRefusal(429, 'FREQUENCY_LIMITED', '频率超限，请稍后再试');
  }
}

const combinedClose = z.object({
  combine_appid: z.string().min(1).max(32),
  sub_orders: z
    .array(
      z.object({
        mchid: z.string().min(1).max(32),
        out_trade_no: z.string().min(1).max(32),
        sub_mchid: z.string().min(1).max(32).optional(),
      }),
    )
    .min(1)
    .max(50),
});

/**
 * POST /v3/combine-transactions/out-trade-no/{combine_out_trade_no}/close: closes it as a whole; number, merchants and
 * orders have to be those of the prepay. https://pay.weixin.qq.com/doc/v3/partner/4012709095
 */
export function closeCombined(
  context: Context,
  merchant: KnownMerchant,
  outTradeNo: string,
  body: unknown,
): ApiAnswer {
  const request = combinedClose.safeParse(body);
  if (!request.success) {
    const issue = request.error.issues[0];
    throw paramError(`/body/${issue?.path.join('/') ?? ''}`, issue?.message ?? '无效');
  }
  const combined = context.orders.findCombined(merchant.mchId, outTradeNo);
  if (combined === undefined) return closed;
  if (!isSameWhole(combined, request.data)) {
    throw new PayRefusal(400, 'INVALID_REQUEST', '关单的子单信息必须与下单时完全一致');
  }
  assertCloseable(context, combined);
  combined.state = 'CLOSED';
  for (const order of combined.subOrders) order.state = 'CLOSED';
  return closed;
}

function isSameWhole(combined: CombinedOrder, wanted: z.infer<typeof combinedClose>): boolean {
  const known = combined.subOrders.map(({ mchId, outTradeNo, sub }) => [mchId, outTradeNo, sub?.mchId]);
  const named = wanted.sub_orders.map((one) => [one.mchid, one.out_trade_no, one.sub_mchid]);
  const sorted = (rows: unknown[][]): string => JSON.stringify(rows.map((row) => JSON.stringify(row)).sort());
  return wanted.combine_appid === combined.appId && sorted(known) === sorted(named);
}
