import { eventRule, type Resource, readPath, type TellFact } from './event-rule.ts';

const debit = {
  fields: {
    outTradeNo: 'out_trade_no',
    transactionId: 'transaction_id',
    tradeState: 'trade_state',
    tradeScene: 'trade_scene',
    tradeType: 'trade_type',
    amountFen: 'amount.total',
    payerTotalFen: 'amount.payer_total',
    currency: 'amount.currency',
    parkingId: 'parking_info.parking_id',
    createTime: 'create_time',
    successTime: 'success_time',
  },
  key: (event: {
    outTradeNo: string;
    transactionId?: string | undefined;
    tradeState?: string | undefined;
  }) => [event.outTradeNo, event.transactionId ?? 'none', event.tradeState ?? 'none'],
} as const;

/** A debit may be tried again, and fails again. */
const failed = eventRule('debit.failed', {
  ...debit,
  key: (event) => [event.outTradeNo, event.transactionId, event.createTime],
});

/** Whether a transaction is a parking debit that names no transaction: paid, but no payment that an order could take. */
export function isNamelessParking(resource: Resource): boolean {
  const isParking = ['trade_scene', 'parking_info'].some((name) => readPath(resource, name) !== undefined);
  return isParking && readPath(resource, 'transaction_id') === undefined;
}

export const tellNamelessParking = eventRule('debit.succeeded', debit);

/** 扣费: parking, education, campus, papay. */
export const debitRules: Readonly<Record<string, TellFact>> = {
  'TRANSACTION.FAIL': failed,
  'TRANSACTION.INDUSTRY_FAILED': failed,
  'TRANSACTION.PAY_BACK': eventRule('debit.repaid', debit),
  'EDU_SCHOOL_PAY.USER_DEBT_STATE_UPDATE': eventRule('debit.debt_changed', {
    fields: { state: 'state', debtCount: 'debt_count', updateTime: 'update_time' },
    key: (event) => [event.openId ?? event.subOpenId, event.state, event.updateTime],
  }),
};
