import { eventRule, type TellFact } from './event-rule.ts';

const permission = {
  fields: {
    serviceId: 'service_id',
    userServiceStatus: ['user_service_status', 'contract_status'],
    openOrCloseTime: ['openorclose_time', 'create_time'],
    outRequestNo: 'out_request_no',
    authorizationCode: 'authorization_code',
    outContractCode: 'out_contract_code',
  },
  key: (event: {
    openId?: string | undefined;
    subOpenId?: string | undefined;
    serviceId?: string | undefined;
    openOrCloseTime?: string | undefined;
  }) => [event.openId ?? event.subOpenId, event.serviceId, event.openOrCloseTime],
} as const;

const order = {
  fields: {
    serviceId: 'service_id',
    outOrderNo: 'out_order_no',
    orderId: 'order_id',
    outTradeNo: 'out_trade_no',
    state: 'state',
    stateDescription: 'state_description',
    totalAmount: 'total_amount',
    startTime: 'time_range.start_time',
    endTime: 'time_range.end_time',
    needCollection: 'need_collection',
    collectionState: 'collection.state',
    collectionPaidAmount: 'collection.paid_amount',
  },
  key: (event: {
    outOrderNo: string;
    subMchId?: string | undefined;
    collectionState?: string | undefined;
    collectionPaidAmount?: string | undefined;
  }) => [
    event.subMchId ?? 'own',
    event.outOrderNo,
    event.collectionState ?? 'none',
    event.collectionPaidAmount ?? 'none',
  ],
} as const;

const plan = {
  fields: {
    serviceId: 'service_id',
    signPlanId: 'sign_plan_id',
    merchantSignPlanNo: 'merchant_sign_plan_no',
    planId: 'plan_id',
    signState: 'sign_state',
    signTime: 'sign_time',
    cancelSignTime: 'cancel_sign_time',
    cancelSignType: 'cancel_sign_type',
    totalOriginFen: 'total_origin_price',
    totalActualFen: 'total_actual_price',
    planOverTime: 'plan_over_time',
  },
  key: (event: { signPlanId: string }) => [event.signPlanId],
} as const;

/** 微信支付分. */
export const payScoreRules: Readonly<Record<string, TellFact>> = {
  'PAYSCORE.USER_OPEN_SERVICE': eventRule('pay_score.permission_opened', permission),
  'PAYSCORE.USER_CLOSE_SERVICE': eventRule('pay_score.permission_closed', permission),
  'PAYSCORE.USER_CONFIRM': eventRule('pay_score.order_confirmed', order),
  'PAYSCORE.USER_PAID': eventRule('pay_score.order_paid', order),
  'PAYSCORE.USER_SIGN_PLAN': eventRule('pay_score.plan_signed', plan),
  'PAYSCORE.USER_CANCEL_SIGN_PLAN': eventRule('pay_score.plan_cancelled', plan),
  'PAYSCORE.BIND_SERVICE_ACCOUNT': eventRule('pay_score.account_bound', {
    fields: { serviceId: 'service_id', outApplyNo: 'out_apply_no', applyState: 'apply_state' },
    key: (event) => [event.outApplyNo, event.applyState],
  }),
};
