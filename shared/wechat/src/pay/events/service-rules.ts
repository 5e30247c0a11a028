import { eventRule, type Resource, readPath, type TellFact } from './event-rule.ts';

const complaint = {
  fields: { complaintId: 'complaint_id', actionType: 'action_type' },
  // The same complaint changes many times, and says no more than its number.
  key: (event: { complaintId: string }) => [event.complaintId, undefined],
} as const;

interface FapiaoTold {
  readonly fapiaoApplyId: string;
  readonly fapiaos?: readonly Readonly<Record<string, string | undefined>>[] | undefined;
}

const fapiao = {
  fields: { fapiaoApplyId: 'fapiao_apply_id', applyTime: 'apply_time', fapiaos: readFapiaos },
  // Of several invoices of one application each is told when it is ready, together with the others' states.
  key: ({ fapiaoApplyId, fapiaos = [] }: FapiaoTold) => [
    fapiaoApplyId,
    fapiaos.map((one) => [one.fapiaoId, one.fapiaoStatus, one.cardStatus].join('.')).join('*') || 'none',
  ],
} as const;

function readFapiaos(resource: Resource): unknown {
  const list = readPath(resource, 'fapiao_information');
  if (!Array.isArray(list)) return undefined;
  return list.map((one: Resource) => ({
    fapiaoId: readPath(one, 'fapiao_id'),
    fapiaoStatus: readPath(one, 'fapiao_status'),
    cardStatus: readPath(one, 'card_status'),
  }));
}

const violation = {
  fields: {
    recordId: 'record_id',
    punishPlan: 'punish_plan',
    punishTime: 'punish_time',
    riskType: 'risk_type',
  },
  key: (event: { recordId: string }) => [event.recordId],
} as const;

/** Told as VEHICLE.USER_STATE_CHANGE, or as TRANSACTION.SUCCESS and recognised by its `bind_state`. */
export const tellEtcBinding = eventRule('etc.binding_changed', {
  fields: { contractId: 'contract_id', bindState: 'bind_state' },
  // A plate may be bound again after it was unbound.
  key: (event) => [event.contractId, event.bindState, undefined],
});

/** Complaints, invoices, risk, parking, and WeChat Pay's own test. */
export const serviceRules: Readonly<Record<string, TellFact>> = {
  'COMPLAINT.CREATE': eventRule('complaint.created', complaint),
  'COMPLAINT.STATE_CHANGE': eventRule('complaint.state_changed', complaint),
  'FAPIAO.USER_APPLIED': eventRule('fapiao.applied', fapiao),
  'FAPIAO.CARD_INSERTED': eventRule('fapiao.card_inserted', fapiao),
  'FAPIAO.CARD_DISCARDED': eventRule('fapiao.card_discarded', fapiao),
  'FAPIAO.ISSUED': eventRule('fapiao.issued', fapiao),
  'FAPIAO.REVERSED': eventRule('fapiao.reversed', fapiao),
  'VIOLATION.PUNISH': eventRule('violation.punished', violation),
  'VIOLATION.INTERCEPT': eventRule('violation.intercepted', violation),
  'VIOLATION.APPEAL': eventRule('violation.appealed', violation),
  'RISKTRADE.IDENTIFICATION': eventRule('risk_trade.identified', {
    fields: { outTradeNo: 'out_trade_no', riskType: 'risk_type', riskLevel: 'risk_level' },
    key: (event) => [event.outTradeNo, event.riskType, event.riskLevel],
  }),
  'VEHICLE.ENTRANCE_STATE_CHANGE': eventRule('parking.entrance_changed', {
    fields: {
      parkingId: 'parking_id',
      outParkingNo: 'out_parking_no',
      parkingState: 'parking_state',
      startTime: 'start_time',
      stateUpdateTime: 'state_update_time',
      freeDurationSeconds: 'free_duration',
    },
    key: (event) => [event.parkingId, event.parkingState, event.stateUpdateTime],
  }),
  'VEHICLE.USER_STATE_CHANGE': tellEtcBinding,
  'SECURITY_ECHO.SUCCESS': eventRule('security.echoed', {
    fields: { echoMessage: 'echo_message' },
    // Whoever asked for the test looks for it under what it told WeChat Pay to say back.
    key: (event) => [event.echoMessage],
  }),
};
