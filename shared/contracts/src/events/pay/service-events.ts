import { z } from 'zod';
import { count, id, payEvent, text } from './pay-event.ts';

const complaint = {
  /** 投诉单号: what the complaint's details are asked for with. */
  complaintId: id,
  /** CREATE_COMPLAINT and others. */
  actionType: text,
};

const fapiao = {
  fapiaoApplyId: id,
  applyTime: text,
  fapiaos: z
    .array(z.object({ fapiaoId: text, fapiaoStatus: text, cardStatus: text }))
    .max(100)
    .optional(),
};

const violation = {
  /** 通知记录ID. */
  recordId: id,
  punishPlan: text,
  punishTime: text,
  riskType: text,
};

/** Complaints, invoices, risk, parking, and WeChat Pay's own test. */
export const serviceEvents = {
  /** COMPLAINT.CREATE (消费者投诉). https://pay.weixin.qq.com/doc/v3/merchant/4012289719 */
  'complaint.created': payEvent('complaint.created', complaint),
  /** COMPLAINT.STATE_CHANGE */
  'complaint.state_changed': payEvent('complaint.state_changed', complaint),
  /** FAPIAO.USER_APPLIED (电子发票): the user filled in the title. */
  'fapiao.applied': payEvent('fapiao.applied', fapiao),
  /** FAPIAO.CARD_INSERTED */
  'fapiao.card_inserted': payEvent('fapiao.card_inserted', fapiao),
  /** FAPIAO.CARD_DISCARDED */
  'fapiao.card_discarded': payEvent('fapiao.card_discarded', fapiao),
  /** FAPIAO.ISSUED */
  'fapiao.issued': payEvent('fapiao.issued', fapiao),
  /** FAPIAO.REVERSED */
  'fapiao.reversed': payEvent('fapiao.reversed', fapiao),
  /** VIOLATION.PUNISH: of a merchant below the service provider, named by `subMchId`. */
  'violation.punished': payEvent('violation.punished', violation),
  /** VIOLATION.INTERCEPT */
  'violation.intercepted': payEvent('violation.intercepted', violation),
  /** VIOLATION.APPEAL */
  'violation.appealed': payEvent('violation.appealed', violation),
  /** RISKTRADE.IDENTIFICATION */
  'risk_trade.identified': payEvent('risk_trade.identified', {
    outTradeNo: id,
    riskType: text,
    riskLevel: text,
  }),
  /** VEHICLE.ENTRANCE_STATE_CHANGE (停车入场) */
  'parking.entrance_changed': payEvent('parking.entrance_changed', {
    parkingId: id,
    outParkingNo: text,
    parkingState: text,
    startTime: text,
    stateUpdateTime: text,
    freeDurationSeconds: count,
  }),
  /** VEHICLE.USER_STATE_CHANGE (ETC): a plate was bound or unbound. */
  'etc.binding_changed': payEvent('etc.binding_changed', { contractId: id, bindState: text }),
  /** SECURITY_ECHO.SUCCESS: a test that the merchant asked for. https://pay.weixin.qq.com/doc/v3/partner/4015139289 */
  'security.echoed': payEvent('security.echoed', { echoMessage: z.string().max(1_024).optional() }),
} as const;
