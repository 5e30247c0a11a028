import { contractIntervalsMs, resendIntervalsMs } from '../delivery/resend-schedules.ts';
import type { V2Spec } from './event-spec.ts';
import type { EventSubject } from './event-subject.ts';

/*
 * Callbacks of API v2. https://pay.weixin.qq.com/wiki/doc/api/jsapi.php?chapter=9_7 (payment), 9_16 (refund),
 * https://pay.weixin.qq.com/wiki/doc/api/wxpay_v2/papay/chapter3_6.shtml (contracts)
 */

type Fields = Readonly<Record<string, string>>;

function payment(about: EventSubject): Fields {
  return {
    appid: about.appId,
    attach: '支付测试',
    bank_type: 'OTHERS',
    cash_fee: String(about.totalFen),
    // An empty value: written, and not part of what is signed.
    device_info: '',
    fee_type: 'CNY',
    is_subscribe: 'N',
    mch_id: about.mchId,
    openid: about.openId,
    out_trade_no: about.outTradeNo,
    result_code: 'SUCCESS',
    return_code: 'SUCCESS',
    time_end: about.stamp,
    total_fee: String(about.totalFen),
    trade_type: 'JSAPI',
    transaction_id: about.transactionId,
  };
}

function coupons(about: EventSubject): Fields {
  return {
    ...payment(about),
    cash_fee: String(about.totalFen - 30),
    settlement_total_fee: String(about.totalFen - 30),
    coupon_fee: '30',
    coupon_count: '2',
    coupon_type_0: 'CASH',
    coupon_id_0: '10000',
    coupon_fee_0: '10',
    coupon_type_1: 'NO_CASH',
    coupon_id_1: '10001',
    coupon_fee_1: '20',
  };
}

function outer(about: EventSubject): Fields {
  return { return_code: 'SUCCESS', appid: about.appId, mch_id: about.mchId };
}

function refund(about: EventSubject, status: 'SUCCESS' | 'CHANGE' | 'REFUNDCLOSE'): Fields {
  const [date, time] = about.time.slice(0, 19).split('T');
  return {
    out_refund_no: about.outRefundNo,
    out_trade_no: about.outTradeNo,
    refund_account: 'REFUND_SOURCE_RECHARGE_FUNDS',
    refund_fee: String(about.refundFen),
    refund_id: about.refundId,
    refund_recv_accout: '支付用户零钱',
    refund_request_source: 'API',
    refund_status: status,
    settlement_refund_fee: String(about.refundFen),
    settlement_total_fee: String(about.totalFen),
    ...(status === 'SUCCESS' && { success_time: `${date} ${time}` }),
    total_fee: String(about.totalFen),
    transaction_id: about.transactionId,
  };
}

function contract(about: EventSubject, change: Fields): Fields {
  return {
    return_code: 'SUCCESS',
    result_code: 'SUCCESS',
    mch_id: about.mchId,
    contract_code: about.outContractCode,
    plan_id: '123',
    openid: about.openId,
    contract_id: about.contractId,
    operate_time: about.time.slice(0, 19).replace('T', ' '),
    request_serial: about.number.slice(0, 12),
    ...change,
  };
}

function sub(about: EventSubject): Fields {
  return { sub_appid: about.subAppId, sub_mch_id: about.subMchId };
}

const payments = { resendIntervalsMs };
const contracts = { resendIntervalsMs: contractIntervalsMs };

/** Every callback of API v2 that can be sent by its name; WeChat has no names for them. */
export const v2Events: readonly V2Spec[] = [
  { ...payments, name: 'v2.payment', aliases: ['payment-v2'], fields: payment },
  { ...payments, name: 'v2.payment:coupons', aliases: ['payment-v2-coupons'], fields: coupons },
  {
    ...payments,
    name: 'v2.payment:partner',
    aliases: ['payment-v2-partner'],
    fields: (about) => ({
      ...payment(about),
      ...sub(about),
      sub_openid: about.subOpenId,
      sub_is_subscribe: 'N',
    }),
  },
  {
    ...payments,
    name: 'v2.payment:failed',
    aliases: ['payment-v2-failed'],
    fields: (about) => ({
      ...payment(about),
      result_code: 'FAIL',
      err_code: 'NOTENOUGH',
      err_code_des: '余额不足',
    }),
  },
  {
    ...payments,
    name: 'v2.refund',
    aliases: ['refund-v2'],
    fields: outer,
    reqInfo: (about) => refund(about, 'SUCCESS'),
  },
  {
    ...payments,
    name: 'v2.refund:change',
    aliases: ['refund-v2-abnormal'],
    fields: outer,
    reqInfo: (about) => refund(about, 'CHANGE'),
  },
  {
    ...payments,
    name: 'v2.refund:closed',
    aliases: ['refund-v2-closed'],
    fields: outer,
    reqInfo: (about) => refund(about, 'REFUNDCLOSE'),
  },
  {
    ...payments,
    name: 'v2.refund:partner',
    aliases: ['refund-v2-partner'],
    fields: (about) => ({ ...outer(about), ...sub(about) }),
    reqInfo: (about) => refund(about, 'SUCCESS'),
  },
  {
    ...contracts,
    name: 'v2.contract:signed',
    aliases: ['contract-v2-signed'],
    fields: (about) => contract(about, { change_type: 'ADD', contract_expired_time: '2036-12-31 00:00:00' }),
  },
  {
    ...contracts,
    name: 'v2.contract:terminated',
    aliases: ['contract-v2-ended'],
    fields: (about) => contract(about, { change_type: 'DELETE', contract_termination_mode: '2' }),
  },
];
