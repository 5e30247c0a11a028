import type { JsonObject } from '../write-json.ts';
import type { PayEventSpec } from './event-spec.ts';
import type { EventSubject } from './event-subject.ts';

/*
 * 校园轻松付: its debits, of which the service provider's `mchid` is the receiver, and what a user owes.
 * https://pay.weixin.qq.com/doc/v3/partner/4012161063 and 4012161155
 */

function debit(about: EventSubject, outcome: JsonObject): JsonObject {
  return {
    mchid: about.mchId,
    appid: about.appId,
    sub_mchid: about.subMchId,
    sub_appid: about.subAppId,
    out_trade_no: about.outTradeNo,
    trade_type: 'AUTH',
    bank_type: 'ICBC_DEBIT',
    attach: '自定义数据',
    payer: { openid: about.openId, sub_openid: about.subOpenId },
    device_info: { device_id: '12343232', device_ip: '123.12.12.123' },
    ...outcome,
  };
}

const campus = { originalType: null } as const;

export const campusDebitEvents: readonly PayEventSpec[] = [
  {
    ...campus,
    name: 'TRANSACTION.INDUSTRY_SUCCESS',
    aliases: ['campus-paid'],
    eventType: 'TRANSACTION.INDUSTRY_SUCCESS',
    summary: '扣费成功',
    resource: (about) =>
      debit(about, {
        transaction_id: about.transactionId,
        trade_state: 'SUCCESS',
        trade_state_desc: '支付成功',
        success_time: about.time,
        amount: { total: about.totalFen, payer_total: about.totalFen, currency: 'CNY' },
      }),
  },
  {
    ...campus,
    name: 'TRANSACTION.INDUSTRY_FAILED',
    aliases: ['campus-failed'],
    eventType: 'TRANSACTION.INDUSTRY_FAILED',
    summary: '扣费失败',
    resource: (about) =>
      debit(about, {
        transaction_id: about.transactionId,
        trade_state: 'PAY_FAIL',
        trade_state_desc: '支付失败',
        // Only what was paid has a payer_total and a time.
        amount: { total: about.totalFen, currency: 'CNY' },
      }),
  },
  {
    ...campus,
    name: 'EDU_SCHOOL_PAY.USER_DEBT_STATE_UPDATE',
    aliases: ['campus-debt'],
    eventType: 'EDU_SCHOOL_PAY.USER_DEBT_STATE_UPDATE',
    summary: '用户欠款状态变化',
    resource: (about) => ({
      appid: about.appId,
      openid: about.openId,
      state: 'FORBIDDEN',
      debt_count: 2,
      update_time: about.time,
    }),
  },
];
