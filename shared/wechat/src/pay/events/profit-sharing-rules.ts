import { eventRule, type TellFact } from './event-rule.ts';

const movement = {
  fields: {
    transactionId: 'transaction_id',
    orderId: 'order_id',
    outOrderNo: 'out_order_no',
    receiverType: 'receiver.type',
    receiverAccount: 'receiver.account',
    receiverFen: 'receiver.amount',
    successTime: 'success_time',
  },
  key: (event: { orderId: string; receiverAccount?: string | undefined }) => [
    event.orderId,
    event.receiverAccount,
  ],
} as const;

/** Told as TRANSACTION.SUCCESS, and recognised by its `receiver`. */
export const tellProfitSharingOfV2 = eventRule('profit_sharing.moved', movement);

/** 分账动账. */
export const profitSharingRules: Readonly<Record<string, TellFact>> = {
  'PROFITSHARING.SUCCESS': eventRule('profit_sharing.succeeded', movement),
  'PROFITSHARING.RETURN': eventRule('profit_sharing.returned', movement),
};
