import { count, fen, id, payEvent, text } from './pay-event.ts';

const debit = {
  outTradeNo: id,
  transactionId: text,
  tradeState: text,
  /** PARKING or another. */
  tradeScene: text,
  tradeType: text,
  amountFen: fen,
  payerTotalFen: fen,
  currency: text,
  parkingId: text,
  createTime: text,
  successTime: text,
};

/**
 * Debits (扣费) that a contract allows: parking, education, campus, papay. One that succeeded is payment.succeeded
 * like any payment; here is what else becomes of them. https://pay.weixin.qq.com/doc/v3/partner/4012525430
 */
export const debitEvents = {
  /** A parking debit that succeeded but names no transaction_id, without which it cannot be a payment. */
  'debit.succeeded': payEvent('debit.succeeded', debit),
  /** TRANSACTION.FAIL, TRANSACTION.INDUSTRY_FAILED */
  'debit.failed': payEvent('debit.failed', debit),
  /** TRANSACTION.PAY_BACK: the user paid what WeChat Pay had advanced. */
  'debit.repaid': payEvent('debit.repaid', debit),
  /** EDU_SCHOOL_PAY.USER_DEBT_STATE_UPDATE (校园轻松付) */
  'debit.debt_changed': payEvent('debit.debt_changed', { state: text, debtCount: count, updateTime: text }),
} as const;
