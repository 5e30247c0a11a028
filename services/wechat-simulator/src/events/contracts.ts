import { educationIntervalsMs } from '../delivery/resend-schedules.ts';
import type { JsonObject } from '../write-json.ts';
import type { PayEventSpec } from './event-spec.ts';
import type { EventSubject } from './event-subject.ts';

/*
 * Deduction contracts (委托代扣 and its relatives). Two of them are questions that want an answer at once.
 * https://pay.weixin.qq.com/doc/v3/merchant/4012978455,
 * https://pay.weixin.qq.com/docs/merchant/apis/termination-retention/termination-retention-information.html,
 * https://pay.weixin.qq.com/doc/v3/merchant/4012289466 (insurance), partner/4016790583 (信用卡还款)
 */

function named(about: EventSubject): JsonObject {
  return {
    mchid: about.mchId,
    appid: about.appId,
    openid: about.openId,
    plan_id: 12_535,
    contract_id: about.contractId,
    out_contract_code: about.outContractCode,
  };
}

function contract(about: EventSubject, state: 'SIGNED' | 'TERMINATED'): JsonObject {
  const ended = {
    contract_terminate_info: {
      contract_terminated_time: about.time,
      contract_termination_mode: 'USER_TERMINATE',
    },
  };
  return {
    ...named(about),
    out_user_code: 'user-7',
    contract_display_account: '微信代扣用户A',
    contract_state: state,
    contract_signed_time: about.time,
    contract_expired_time: about.time,
    ...(state === 'TERMINATED' && ended),
  };
}

function scheduled(about: EventSubject): JsonObject {
  const fen = { total: about.totalFen, currency: 'CNY' };
  return {
    ...contract(about, 'SIGNED'),
    deduct_schedule: {
      estimated_deduct_date: '2026-12-22',
      estimated_deduct_amount: fen,
      scheduled_amount: fen,
      deduct_date: '2026-12-22',
      deduct_amount: fen,
      schedule_state: 'PAID',
    },
  };
}

function education(about: EventSubject, status: 'ADD' | 'DELETE'): JsonObject {
  return {
    appid: about.appId,
    openid: about.openId,
    plan_id: '101164396123311331',
    contract_information: { contract_id: about.contractId, contract_status: status, create_time: about.time },
  };
}

/** Contracts across borders (跨境) and of 收付通: who ended it, and when. */
function ended(about: EventSubject): JsonObject {
  return { ...named(about), contract_termination_mode: 'USER', operate_time: about.time };
}

/** The only ones whose states are called so, and who ended it in other words too. */
function repayment(about: EventSubject, change: JsonObject): JsonObject {
  return {
    sp_mchid: about.mchId,
    appid: about.appId,
    openid: about.openId,
    plan_id: 12_535,
    contract_id: about.contractId,
    out_contract_code: about.outContractCode,
    display_name: '微信代扣用户A',
    contract_signed_time: about.time,
    repayment_day: 18,
    repayment_amount_limit: '1000000',
    ...change,
  };
}

type Content = (about: EventSubject) => JsonObject;

const namedAfterFamily = new Set(['INSURANCE_ENTRUST', 'CREDIT_REPAYMENT']);

function spec(eventType: string, alias: string, summary: string, resource: Content): PayEventSpec {
  const family = eventType.slice(0, eventType.indexOf('.'));
  const originalType = namedAfterFamily.has(family) ? family.toLowerCase() : 'entrust';
  return { name: eventType, aliases: [alias], eventType, originalType, summary, resource };
}

const signed: Content = (about) => contract(about, 'SIGNED');
const terminated: Content = (about) => contract(about, 'TERMINATED');

export const contractEvents: readonly PayEventSpec[] = [
  spec('ENTRUST.SIGN', 'contract-signed', '委托代扣签约成功', scheduled),
  spec('ENTRUST.TERMINATE', 'contract-ended', '委托代扣解约成功', terminated),
  spec('ENTRUST.TERMINATE_INQUIRY', 'contract-question', '解约问询', named),
  spec('ENTRUST.TERMINATE_RETENTION', 'contract-retention', '获取解约挽留信息', named),
  {
    ...spec('ENTRUST.SIGNING', 'education-signed', '签约成功', (about) => education(about, 'ADD')),
    resendIntervalsMs: educationIntervalsMs,
  },
  {
    ...spec('ENTRUST.RELEASE', 'education-ended', '解约成功', (about) => education(about, 'DELETE')),
    resendIntervalsMs: educationIntervalsMs,
  },
  spec('INSURANCE_ENTRUST.SIGN', 'insurance-signed', '保险签约成功', (about) => ({
    ...signed(about),
    insured_display_name: '*明',
  })),
  spec('INSURANCE_ENTRUST.TERMINATE', 'insurance-ended', '保险解约成功', (about) => ({
    ...terminated(about),
    insured_display_name: '*明',
  })),
  spec('INSURANCE_ENTRUST.RENEW', 'insurance-renewed', '保险续期完成', (about) => ({
    ...signed(about),
    insured_display_name: '*明',
  })),
  spec('ECOMMERCE_ENTRUST.SIGN', 'ecommerce-signed', '收付通签约成功', (about) => ({
    ...named(about),
    operate_time: about.time,
  })),
  spec('ECOMMERCE_ENTRUST.TERMINATE', 'ecommerce-ended', '收付通解约成功', ended),
  spec('PAPAY.SIGN', 'papay-signed', '跨境签约成功', (about) => ({
    ...named(about),
    operate_time: about.time,
  })),
  spec('PAPAY.TERMINATE', 'papay-ended', '跨境解约成功', ended),
  spec('CREDIT_REPAYMENT.SIGN_CONTRACT', 'repayment-signed', '自动还款签约成功', (about) =>
    repayment(about, { contract_state: 'CONTRACT_STATE_EFFECTIVE' }),
  ),
  spec('CREDIT_REPAYMENT.TERMINATE_CONTRACT', 'repayment-ended', '自动还款解约成功', (about) =>
    repayment(about, {
      contract_state: 'CONTRACT_STATE_TERMINATED',
      contract_terminated_time: about.time,
      contract_terminated_mode: 'TERMINATION_MODE_BY_USER',
    }),
  ),
];
