import { z } from 'zod';
import { instant, prose, pushed, wechatId, wechatState } from './pushed.ts';

const decided = { ...pushed, decidedAt: instant.optional(), reason: prose.optional() };
const rule = { ruleName: prose.optional(), ruleUrl: z.string().max(2_048).optional() };

/**
 * What WeChat decided about the app itself. All but wxa_punish_event goes to the third-party platform (第三方平台)
 * where one manages the app; their fields are those that Senparc's and fudiwei's SDKs read.
 * https://developers.weixin.qq.com/doc/oplatform/Third-party_Platforms/2.0/api/category/wxa_category_audit.html
 */
export const reviewEvents = {
  /** weapp_audit_success. */
  'code_review.passed': z.object({ type: z.literal('code_review.passed'), ...decided }),
  /** weapp_audit_fail. */
  'code_review.failed': z.object({
    type: z.literal('code_review.failed'),
    ...decided,
    /** Media ids of screen shots. */
    screenShots: z.array(wechatId).max(100),
  }),
  /** weapp_audit_delay: a final result follows. */
  'code_review.delayed': z.object({ type: z.literal('code_review.delayed'), ...decided }),
  /** wxa_nickname_audit. */
  'nickname_review.decided': z.object({
    type: z.literal('nickname_review.decided'),
    ...decided,
    /** `ret`, as WeChat wrote it. */
    result: wechatState,
    nickname: prose.optional(),
  }),
  /** wxa_category_audit. */
  'category_review.decided': z.object({
    type: z.literal('category_review.decided'),
    ...decided,
    result: wechatState,
    /** Ids of the category's first and second level. */
    first: wechatId.optional(),
    second: wechatId.optional(),
  }),
  /** wxa_privacy_apply: whether an interface to private data may be used. */
  'privacy_review.decided': z.object({
    type: z.literal('privacy_review.decided'),
    ...decided,
    /** `status`, as WeChat wrote it. */
    result: wechatState,
    apiName: wechatId.optional(),
    auditId: wechatId.optional(),
    appliedAt: instant.optional(),
  }),
  /** wxa_illegal_record. */
  'app_violation.recorded': z.object({
    type: z.literal('app_violation.recorded'),
    ...decided,
    illegalRecordId: wechatId,
    ...rule,
  }),
  /** wxa_appeal_record: an appeal was made or decided. */
  'app_violation.appealed': z.object({
    type: z.literal('app_violation.appealed'),
    ...decided,
    appealRecordId: wechatId,
    /** `appeal_status`, as WeChat wrote it. */
    result: wechatState.optional(),
    appealedAt: instant.optional(),
    punishment: prose.optional(),
  }),
  /** wxa_punish_event: WeChat's page 小程序违规处罚信息通知 (Penalty_for_Violation). */
  'app_violation.punished': z.object({
    type: z.literal('app_violation.punished'),
    ...decided,
    punishId: wechatId,
    /** event_type: 1 warning, 2 functions banned, 3 suspended, 4 account banned, 5 and 10 a page banned. */
    punishment: wechatState,
    ...rule,
  }),
} as const;
