import {
  amountFen,
  appId,
  currency,
  mchId,
  openId,
  outTradeNo,
  type PaymentSucceeded,
  transactionId,
} from '@huidiao/contracts';
import { z } from 'zod';
import { describeProblem } from '../pay/describe-problem.ts';
import { isPaidState } from '../pay/transaction-resource.ts';
import { readV2Coupons } from './v2-coupons.ts';
import type { V2Fields } from './v2-sign.ts';
import { definedOf, fenText, toRecord, toRfc3339 } from './v2-values.ts';

/**
 * What a payment notification says of a payment that succeeded, and a deduction (扣款) too, which has no trade_type on
 * some pages. https://pay.weixin.qq.com/wiki/doc/api/jsapi.php?chapter=9_7,
 * https://pay.weixin.qq.com/doc/v2/merchant/4011987465
 */
const v2Payment = z.object({
  appid: appId,
  /** The service provider's, where sub_mch_id names one of its merchants. */
  mch_id: mchId,
  sub_appid: appId.optional(),
  sub_mch_id: z.string().max(32).optional(),
  openid: openId.optional(),
  sub_openid: openId.optional(),
  trade_type: z.string().max(32),
  bank_type: z.string().max(64).optional(),
  total_fee: fenText.pipe(amountFen),
  fee_type: currency.optional(),
  cash_fee: fenText.optional(),
  cash_fee_type: currency.optional(),
  transaction_id: transactionId,
  out_trade_no: outTradeNo,
  attach: z.string().max(512).optional(),
  time_end: z.string().optional(),
});
type V2Payment = z.infer<typeof v2Payment>;

/** Whether both succeeded: return_code is about the message, result_code about what it tells. */
export function isV2Success(fields: V2Fields): boolean {
  return fields.get('return_code') === 'SUCCESS' && fields.get('result_code') === 'SUCCESS';
}

/** Whether the fields say that money was paid. Deductions have a trade_state beside the two codes. */
export function isV2Paid(fields: V2Fields): boolean {
  return isV2Success(fields) && isPaidState(tradeState(fields));
}

/** The payment in our names, the same that API v3 would tell; a text where our schema refuses it. */
export function toV2Payment(fields: V2Fields): PaymentSucceeded | { readonly problem: string } {
  const deducted = fields.has('contract_id') ? { trade_type: 'PAP' } : {};
  const parsed = v2Payment.safeParse({ ...deducted, ...toRecord(fields) });
  if (!parsed.success) return { problem: describeProblem(parsed.error) };
  const payment = parsed.data;
  return {
    type: 'payment.succeeded',
    mchId: payment.mch_id,
    appId: payment.appid,
    outTradeNo: payment.out_trade_no,
    transactionId: payment.transaction_id,
    amountFen: payment.total_fee,
    currency: payment.fee_type ?? 'CNY',
    tradeType: payment.trade_type,
    ...definedOf({
      // The official sample of a direct merchant names the merchant itself.
      subMchId: payment.sub_mch_id === payment.mch_id ? undefined : payment.sub_mch_id,
      subAppId: payment.sub_appid,
      openId: payment.openid,
      subOpenId: payment.sub_openid,
      payerTotalFen: toPayerTotal(payment, fields),
      bankType: payment.bank_type,
      attach: payment.attach,
      successTime: toRfc3339(payment.time_end),
      refundSeen: tradeState(fields) === 'REFUND' ? true : undefined,
    }),
  };
}

function tradeState(fields: V2Fields): string {
  return fields.get('trade_state') || 'SUCCESS';
}

/** payer_total of API v3: cash_fee where it is in the order's currency, else what the coupons left. */
function toPayerTotal(payment: V2Payment, fields: V2Fields): number | undefined {
  const { total_fee, cash_fee, cash_fee_type, fee_type = 'CNY' } = payment;
  if (cash_fee !== undefined) return (cash_fee_type ?? fee_type) === fee_type ? cash_fee : undefined;
  const amounts = readV2Coupons(fields).map((coupon) => coupon.amountFen ?? Number.NaN);
  const left = amounts.reduce((rest, amount) => rest - amount, total_fee);
  return amounts.length > 0 && left >= 0 ? left : undefined;
}
