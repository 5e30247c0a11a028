import { z } from 'zod';
import { fen, id, payEvent, text } from './pay-event.ts';

/** All optional: a direct merchant, a service provider and a campus are told in different words. */
const permission = {
  serviceId: text,
  /** USER_OPEN_SERVICE or USER_CLOSE_SERVICE; ADD or DELETE of a campus. */
  userServiceStatus: text,
  /** yyyyMMddHHmmss in Beijing, or RFC 3339 of a campus. */
  openOrCloseTime: text,
  outRequestNo: text,
  authorizationCode: text,
  outContractCode: text,
};

/** Amounts are text, times yyyyMMddHHmmss in Beijing, both as WeChat wrote them. */
const order = {
  serviceId: text,
  outOrderNo: id,
  /** 微信支付服务订单号. */
  orderId: text,
  outTradeNo: text,
  state: text,
  stateDescription: text,
  totalAmount: text,
  startTime: text,
  endTime: text,
  needCollection: z.boolean().optional(),
  collectionState: text,
  collectionPaidAmount: text,
};

const plan = {
  serviceId: text,
  signPlanId: id,
  merchantSignPlanNo: text,
  planId: text,
  signState: text,
  signTime: text,
  cancelSignTime: text,
  cancelSignType: text,
  totalOriginFen: fen,
  totalActualFen: fen,
  planOverTime: text,
};

/** 微信支付分. https://pay.weixin.qq.com/doc/v3/merchant/4012587969 */
export const payScoreEvents = {
  /** PAYSCORE.USER_OPEN_SERVICE */
  'pay_score.permission_opened': payEvent('pay_score.permission_opened', permission),
  /** PAYSCORE.USER_CLOSE_SERVICE */
  'pay_score.permission_closed': payEvent('pay_score.permission_closed', permission),
  /** PAYSCORE.USER_CONFIRM */
  'pay_score.order_confirmed': payEvent('pay_score.order_confirmed', order),
  /** PAYSCORE.USER_PAID */
  'pay_score.order_paid': payEvent('pay_score.order_paid', order),
  /** PAYSCORE.USER_SIGN_PLAN */
  'pay_score.plan_signed': payEvent('pay_score.plan_signed', plan),
  /** PAYSCORE.USER_CANCEL_SIGN_PLAN */
  'pay_score.plan_cancelled': payEvent('pay_score.plan_cancelled', plan),
  /** PAYSCORE.BIND_SERVICE_ACCOUNT */
  'pay_score.account_bound': payEvent('pay_score.account_bound', {
    serviceId: text,
    outApplyNo: id,
    applyState: text,
  }),
} as const;
