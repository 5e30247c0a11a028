import { eventRule, type TellFact } from './event-rule.ts';

const bill = {
  fields: {
    outBillNo: 'out_bill_no',
    transferBillNo: 'transfer_bill_no',
    state: 'state',
    transferFen: 'transfer_amount',
    failReason: 'fail_reason',
    createTime: 'create_time',
    updateTime: 'update_time',
  },
  key: (event: { outBillNo: string; state: string }) => [event.outBillNo, event.state],
} as const;

const batch = {
  fields: {
    outBatchNo: 'out_batch_no',
    batchId: 'batch_id',
    batchStatus: 'batch_status',
    totalNum: 'total_num',
    totalFen: 'total_amount',
    successNum: 'success_num',
    successFen: 'success_amount',
    failNum: 'fail_num',
    failFen: 'fail_amount',
    closeReason: 'close_reason',
    updateTime: 'update_time',
  },
  key: (event: { outBatchNo: string }) => [event.outBatchNo],
} as const;

const authorization = {
  fields: {
    outAuthorizationNo: 'out_authorization_no',
    authorizationId: 'authorization_id',
    state: 'state',
    authorizeTime: 'authorize_time',
    closeTime: 'close_info.close_time',
    closeReason: 'close_info.close_reason',
  },
  key: (event: { outAuthorizationNo: string; state?: string | undefined }) => [
    event.outAuthorizationNo,
    event.state,
  ],
} as const;

const recharge = {
  fields: {
    rechargeId: 'recharge_id',
    outRechargeNo: 'out_recharge_no',
    rechargeState: 'recharge_state',
    rechargeScene: 'recharge_scene',
    rechargeChannel: 'recharge_channel',
    rechargeFen: ['recharge_amount.amount', 'detail.amount'],
    rechargeReturnedId: 'recharge_returned_id',
    acceptTime: 'accept_time',
    successTime: 'success_time',
    closeTime: 'close_time',
  },
  key: (event: { rechargeId: string }) => [event.rechargeId],
} as const;

/** 商家转账, 提现, 平台收付通充值. */
export const transferRules: Readonly<Record<string, TellFact>> = {
  'MCHTRANSFER.BILL.FINISHED': eventRule('transfer.finished', bill),
  'MCHTRANSFER.QQWALLETBILL.FINISHED': eventRule('transfer.qq_wallet_finished', bill),
  'MCHTRANSFER.BATCH.FINISHED': eventRule('transfer.batch_finished', batch),
  'MCHTRANSFER.BATCH.CLOSED': eventRule('transfer.batch_closed', batch),
  'MCHTRANSFER.AUTHORIZATION.CONFIRMED': eventRule('transfer.authorization_confirmed', authorization),
  'MCHTRANSFER.AUTHORIZATION.CLOSED': eventRule('transfer.authorization_closed', authorization),
  'MCHWITHDRAW.CHANGE': eventRule('withdrawal.changed', {
    fields: {
      withdrawId: 'withdraw_id',
      outRequestNo: 'out_request_no',
      status: 'status',
      withdrawFen: ['amount', 'total_amount'],
      reason: 'reason',
      createTime: 'create_time',
      updateTime: 'update_time',
    },
    key: (event) => [event.withdrawId, event.status, event.updateTime],
  }),
  'RECHARGE.SUCCESS': eventRule('recharge.succeeded', recharge),
  'RECHARGE.CLOSED': eventRule('recharge.closed', recharge),
  'RECHARGE.FUND_RETURNED': eventRule('recharge.fund_returned', {
    ...recharge,
    key: (event) => [event.rechargeId, event.rechargeReturnedId],
  }),
};
