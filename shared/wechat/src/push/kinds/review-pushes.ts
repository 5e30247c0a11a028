import { type PushKinds, type ReadPush, toCandidate } from '../push-kind.ts';

/** What WeChat decided about the app: code, names, interfaces, violations. */
export const reviewPushes: PushKinds = {
  weapp_audit_success: {
    toEvent: (push) => toCandidate('code_review.passed', toDecided(push, 'SuccTime')),
  },
  weapp_audit_fail: {
    toEvent: (push) =>
      toCandidate('code_review.failed', {
        ...toDecided(push, 'FailTime'),
        screenShots: push.fields.text('ScreenShot')?.split('|').filter(Boolean).slice(0, 100) ?? [],
      }),
  },
  weapp_audit_delay: {
    toEvent: (push) => toCandidate('code_review.delayed', toDecided(push, 'DelayTime')),
  },
  wxa_nickname_audit: {
    toEvent: (push) =>
      toCandidate('nickname_review.decided', {
        ...toDecided(push, 'CreateTime'),
        result: push.fields.text('ret'),
        nickname: push.fields.prose('nickname'),
      }),
  },
  wxa_category_audit: {
    toEvent: (push) =>
      toCandidate('category_review.decided', {
        ...toDecided(push, 'CreateTime'),
        result: push.fields.text('ret'),
        first: push.fields.text('first'),
        second: push.fields.text('second'),
      }),
  },
  wxa_privacy_apply: { toEvent: toPrivacyDecided },
  wxa_illegal_record: {
    toEvent: ({ base, fields }) =>
      toCandidate('app_violation.recorded', {
        ...base,
        decidedAt: fields.seconds('create_time'),
        reason: fields.prose('illegal_reason'),
        illegalRecordId: fields.text('illegal_record_id'),
        ruleName: fields.prose('rule_name'),
        ruleUrl: fields.text('rule_url'),
      }),
  },
  wxa_appeal_record: {
    toEvent: ({ base, fields }) =>
      toCandidate('app_violation.appealed', {
        ...base,
        decidedAt: fields.seconds('audit_time'),
        reason: fields.prose('audit_reason'),
        appealRecordId: fields.text('appeal_record_id'),
        result: fields.text('appeal_status'),
        appealedAt: fields.seconds('appeal_time'),
        punishment: fields.prose('punish_description'),
      }),
  },
  wxa_punish_event: {
    toEvent: ({ base, fields }) =>
      toCandidate('app_violation.punished', {
        ...base,
        decidedAt: fields.seconds('punish_time'),
        reason: fields.prose('illegal_reason'),
        punishId: fields.text('punish_id'),
        punishment: fields.text('event_type'),
        ruleName: fields.prose('rule_name'),
        ruleUrl: fields.text('rule_url'),
      }),
    toKeyParts: ({ fields }) => [fields.text('punish_id'), fields.text('event_type')],
  },
};

function toDecided({ base, fields }: ReadPush, time: string) {
  return { ...base, decidedAt: fields.seconds(time), reason: fields.prose('Reason') };
}

function toPrivacyDecided({ base, fields }: ReadPush) {
  const info = fields.fields('result_info');
  return toCandidate('privacy_review.decided', {
    ...base,
    decidedAt: info.seconds('audit_time'),
    reason: info.prose('reason'),
    result: info.text('status'),
    apiName: info.text('api_name'),
    auditId: info.text('audit_id'),
    appliedAt: info.seconds('apply_time'),
  });
}
