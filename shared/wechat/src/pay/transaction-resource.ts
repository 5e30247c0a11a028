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

/** What every transaction of a direct merchant (直连商户) has, paid or not. Other fields are kept. */
export const anyTransaction = z.looseObject({
  appid: appId,
  mchid: mchId,
  out_trade_no: outTradeNo,
  /** SUCCESS, REFUND, NOTPAY, CLOSED, REVOKED, USERPAYING, PAYERROR, ACCEPT; an open set. */
  trade_state: z.string().regex(/^[A-Z_]{1,32}$/, 'must be a state in capitals'),
});

/** 子商户号 and its app, where a service provider or a combined payment names them. Never a reason to refuse. */
const below = {
  sub_mchid: z.string().min(1).max(32).nullish().catch(undefined),
  sub_appid: appId.nullish().catch(undefined),
};

/**
 * A transaction that was paid: the resource of TRANSACTION.SUCCESS, and the answer to a query after payment.
 * Amounts are fen; ids are text, for a transaction_id has more digits than a number keeps.
 * Optional fields may be null. https://pay.weixin.qq.com/doc/v3/merchant/4012075420
 */
export const transactionResource = anyTransaction.extend({
  ...below,
  transaction_id: transactionId,
  trade_type: z.string().min(1).max(32),
  trade_state_desc: z.string().nullish(),
  bank_type: z.string().max(64).nullish(),
  attach: z.string().max(512).nullish(),
  success_time: z.string().max(64).nullish(),
  payer: z
    .looseObject({
      openid: z.union([openId, z.literal('')]).nullish(),
      sub_openid: openId.nullish().catch(undefined),
    })
    .nullish(),
  amount: z.looseObject({
    /** 订单总金额: the figure to compare with the order. */
    total: amountFen,
    /** 用户支付金额: smaller when coupons paid a part. */
    payer_total: z.number().int().min(0).nullish(),
    /** Mainland merchants are paid in CNY, which is also what absence means. */
    currency: currency.nullish(),
  }),
});
export type TransactionResource = z.infer<typeof transactionResource>;

/**
 * Whether it was paid. REFUND (转入退款) says that, as SUCCESS does, and that a refund came after it; a refund of a
 * part looks the same as one of all. https://pay.weixin.qq.com/doc/v3/merchant/4013070356
 */
export function isPaidState(tradeState: string): boolean {
  return tradeState === 'SUCCESS' || tradeState === 'REFUND';
}

/** A paid transaction (isPaidState) in our names, without what is absent. */
export function toPaymentSucceeded(transaction: TransactionResource): PaymentSucceeded {
  const { amount } = transaction;
  return {
    type: 'payment.succeeded',
    mchId: transaction.mchid,
    appId: transaction.appid,
    outTradeNo: transaction.out_trade_no,
    transactionId: transaction.transaction_id,
    amountFen: amount.total,
    currency: amount.currency ?? 'CNY',
    tradeType: transaction.trade_type,
    ...present('subMchId', transaction.sub_mchid),
    ...present('subAppId', transaction.sub_appid),
    ...present('payerTotalFen', amount.payer_total),
    ...present('openId', transaction.payer?.openid || undefined),
    ...present('subOpenId', transaction.payer?.sub_openid),
    ...present('bankType', transaction.bank_type),
    ...present('attach', transaction.attach),
    ...present('successTime', transaction.success_time),
    ...present('refundSeen', transaction.trade_state === 'REFUND' ? true : undefined),
  };
}

function present<K extends string, V>(key: K, value: V | null | undefined): { [P in K]?: V } {
  return (value === null || value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}
