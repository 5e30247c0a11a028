import { count, fen, id, payEvent, text } from './pay-event.ts';

const bill = {
  /** 商户单号. */
  outBillNo: id,
  /** 商家转账订单号. */
  transferBillNo: text,
  /** SUCCESS, FAIL and CANCELLED are final. */
  state: id,
  transferFen: fen,
  failReason: text,
  createTime: text,
  updateTime: text,
};

const batch = {
  outBatchNo: id,
  batchId: text,
  batchStatus: text,
  totalNum: count,
  totalFen: fen,
  successNum: count,
  successFen: fen,
  failNum: count,
  failFen: fen,
  closeReason: text,
  updateTime: text,
};

const authorization = {
  outAuthorizationNo: id,
  authorizationId: text,
  state: text,
  authorizeTime: text,
  closeTime: text,
  closeReason: text,
};

const recharge = {
  /** 微信支付充值单号. */
  rechargeId: id,
  outRechargeNo: text,
  rechargeState: text,
  rechargeScene: text,
  rechargeChannel: text,
  rechargeFen: fen,
  /** Of money that went back. */
  rechargeReturnedId: text,
  acceptTime: text,
  successTime: text,
  closeTime: text,
};

/** 商家转账, 充值, 提现. https://pay.weixin.qq.com/doc/v3/merchant/4012712115 */
export const transferEvents = {
  /** MCHTRANSFER.BILL.FINISHED */
  'transfer.finished': payEvent('transfer.finished', bill),
  /** MCHTRANSFER.QQWALLETBILL.FINISHED; `appId` and `openId` are those of QQ. */
  'transfer.qq_wallet_finished': payEvent('transfer.qq_wallet_finished', bill),
  /** MCHTRANSFER.BATCH.FINISHED */
  'transfer.batch_finished': payEvent('transfer.batch_finished', batch),
  /** MCHTRANSFER.BATCH.CLOSED */
  'transfer.batch_closed': payEvent('transfer.batch_closed', batch),
  /** MCHTRANSFER.AUTHORIZATION.CONFIRMED (免确认收款授权) */
  'transfer.authorization_confirmed': payEvent('transfer.authorization_confirmed', authorization),
  /** MCHTRANSFER.AUTHORIZATION.CLOSED */
  'transfer.authorization_closed': payEvent('transfer.authorization_closed', authorization),
  /** MCHWITHDRAW.CHANGE (提现) */
  'withdrawal.changed': payEvent('withdrawal.changed', {
    withdrawId: id,
    outRequestNo: text,
    status: id,
    withdrawFen: fen,
    reason: text,
    createTime: text,
    updateTime: text,
  }),
  /** RECHARGE.SUCCESS (平台收付通充值) */
  'recharge.succeeded': payEvent('recharge.succeeded', recharge),
  /** RECHARGE.CLOSED */
  'recharge.closed': payEvent('recharge.closed', recharge),
  /** RECHARGE.FUND_RETURNED */
  'recharge.fund_returned': payEvent('recharge.fund_returned', recharge),
} as const;
