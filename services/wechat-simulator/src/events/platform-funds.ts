import type { JsonObject } from '../write-json.ts';
import type { PayEventSpec } from './event-spec.ts';
import type { EventSubject } from './event-subject.ts';

/*
 * Money that merchants below a platform (平台收付通) take out and put in: 提现 and 充值.
 * https://pay.weixin.qq.com/doc/v3/partner/4013049135, 4012763652 and 4012973125
 */

function withdrawal(about: EventSubject): JsonObject {
  return {
    sp_mchid: about.mchId,
    sub_mchid: about.subMchId,
    status: 'SUCCESS',
    withdraw_id: about.number,
    out_request_no: `W${about.outTradeNo}`,
    amount: about.totalFen,
    create_time: about.time,
    update_time: about.time,
    remark: '交易提现',
    bank_memo: '微信支付提现',
    account_type: 'BASIC',
    account_number: '1178',
    account_bank: '招商银行',
    bank_name: '中国招商银行股份有限公司深圳滨海支行',
  };
}

function named(about: EventSubject): JsonObject {
  return {
    sp_mchid: about.mchId,
    sub_mchid: about.subMchId,
    out_recharge_no: `C${about.outTradeNo}`,
    recharge_id: `1000${about.number}`,
  };
}

function recharge(about: EventSubject, outcome: JsonObject): JsonObject {
  return {
    ...named(about),
    recharge_scene: 'ECOMMERCE_DEPOSIT',
    account_type: 'DEPOSIT',
    recharge_channel: 'QR_RECHARGE',
    recharge_amount: { amount: about.totalFen, currency: 'CNY' },
    accept_time: about.time,
    remark: '备注',
    ...outcome,
  };
}

function returned(about: EventSubject): JsonObject {
  return {
    ...named(about),
    recharge_returned_id: `2000${about.number}`,
    recharge_channel: 'BANK_TRANSFER',
    detail: {
      bank_name: '中国银行',
      bank_card_tail: '0722',
      bank_account_name: '示例科技有限公司',
      amount: about.totalFen,
      currency: 'CNY',
      memo: '转账充值附言',
      return_time: about.time,
      return_reason: '付款账户与商户不符',
    },
  };
}

type Content = (about: EventSubject) => JsonObject;

function spec(eventType: string, alias: string, summary: string, resource: Content): PayEventSpec {
  const originalType = eventType.startsWith('RECHARGE.') ? 'recharge' : 'mch_withdraw';
  return { name: eventType, aliases: [alias], eventType, originalType, summary, resource };
}

export const platformFundEvents: readonly PayEventSpec[] = [
  spec('MCHWITHDRAW.CHANGE', 'withdrawal', '提现状态变更', withdrawal),
  spec('RECHARGE.SUCCESS', 'recharge', '充值成功', (about) =>
    recharge(about, {
      recharge_state: 'SUCCESS',
      recharge_state_desc: '充值成功',
      success_time: about.time,
      qr_recharge_info: { openid: about.openId },
    }),
  ),
  spec('RECHARGE.CLOSED', 'recharge-closed', '充值关闭', (about) =>
    recharge(about, {
      recharge_state: 'CLOSED',
      recharge_state_desc: '充值已关闭',
      close_time: about.time,
    }),
  ),
  spec('RECHARGE.FUND_RETURNED', 'recharge-returned', '充值资金退回', returned),
];
