import type { JsonObject } from '../write-json.ts';
import type { PayEventSpec } from './event-spec.ts';
import type { EventSubject } from './event-subject.ts';

/* 商家转账: https://pay.weixin.qq.com/doc/v3/merchant/4012712115 */

function bill(about: EventSubject, state: 'SUCCESS' | 'FAIL' | 'CANCELLED'): JsonObject {
  return {
    mchid: about.mchId,
    out_bill_no: `T${about.outTradeNo}`,
    transfer_bill_no: `13300000${about.number}`,
    state,
    transfer_amount: about.totalFen,
    fail_reason: state === 'FAIL' ? 'PAYEE_ACCOUNT_ABNORMAL' : '',
    openid: about.openId,
    create_time: about.time,
    update_time: about.time,
  };
}

function batch(about: EventSubject, outcome: JsonObject): JsonObject {
  return {
    mchid: about.mchId,
    out_batch_no: `B${about.outTradeNo}`,
    batch_id: `13100000${about.number}`,
    total_num: 2,
    total_amount: 2 * about.totalFen,
    update_time: about.time,
    ...outcome,
  };
}

function authorization(about: EventSubject, state: 'TAKING_EFFECT' | 'CLOSED'): JsonObject {
  const closed = { close_info: { close_time: about.time, close_reason: 'USER_CLOSE' } };
  return {
    out_authorization_no: `A${about.outTradeNo}`,
    appid: about.appId,
    openid: about.openId,
    user_display_name: 'wx_123456',
    authorization_id: `20120250${about.number}`,
    state,
    authorize_time: about.time,
    ...(state === 'CLOSED' && closed),
  };
}

const transfer = { originalType: 'mch_payment' } as const;
const billFinished = {
  ...transfer,
  eventType: 'MCHTRANSFER.BILL.FINISHED',
  summary: '商家转账单据终态通知',
} as const;

export const transferEvents: readonly PayEventSpec[] = [
  {
    ...billFinished,
    name: 'MCHTRANSFER.BILL.FINISHED',
    aliases: ['transfer'],
    resource: (about) => bill(about, 'SUCCESS'),
  },
  {
    ...billFinished,
    name: 'MCHTRANSFER.BILL.FINISHED:fail',
    aliases: ['transfer-failed'],
    resource: (about) => bill(about, 'FAIL'),
  },
  {
    ...billFinished,
    name: 'MCHTRANSFER.BILL.FINISHED:cancelled',
    aliases: ['transfer-cancelled'],
    resource: (about) => bill(about, 'CANCELLED'),
  },
  {
    ...transfer,
    name: 'MCHTRANSFER.BATCH.FINISHED',
    aliases: ['transfer-batch'],
    eventType: 'MCHTRANSFER.BATCH.FINISHED',
    summary: '转账批次完成通知',
    resource: (about) =>
      batch(about, {
        batch_status: 'FINISHED',
        success_num: 1,
        success_amount: about.totalFen,
        fail_num: 1,
        fail_amount: about.totalFen,
      }),
  },
  {
    ...transfer,
    name: 'MCHTRANSFER.BATCH.CLOSED',
    aliases: ['transfer-batch-closed'],
    eventType: 'MCHTRANSFER.BATCH.CLOSED',
    summary: '转账批次关闭通知',
    resource: (about) => batch(about, { batch_status: 'CLOSED', close_reason: 'OVERDUE_CLOSE' }),
  },
  {
    ...transfer,
    name: 'MCHTRANSFER.QQWALLETBILL.FINISHED',
    aliases: ['transfer-qq'],
    eventType: 'MCHTRANSFER.QQWALLETBILL.FINISHED',
    summary: '转账到QQ钱包终态通知',
    resource: (about) => ({
      ...bill(about, 'SUCCESS'),
      appid: '102022609',
      transfer_remark: '新会员开通有礼',
      user_qq: '490379403',
    }),
  },
  {
    ...transfer,
    name: 'MCHTRANSFER.AUTHORIZATION.CONFIRMED',
    aliases: ['transfer-authorized'],
    eventType: 'MCHTRANSFER.AUTHORIZATION.CONFIRMED',
    summary: '用户确认免确认收款授权',
    resource: (about) => authorization(about, 'TAKING_EFFECT'),
  },
  {
    ...transfer,
    name: 'MCHTRANSFER.AUTHORIZATION.CLOSED',
    aliases: ['transfer-authorization-closed'],
    eventType: 'MCHTRANSFER.AUTHORIZATION.CLOSED',
    summary: '用户关闭免确认收款授权',
    resource: (about) => authorization(about, 'CLOSED'),
  },
];
