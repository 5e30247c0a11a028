import { describe, it } from 'mocha';
import { expectPush, type PushCase } from '../push.fixture.test.ts';

const at = 1_763_776_700;
const toldAt = '2025-11-22T01:58:20.000Z';
const occurredAt = '2025-11-22T02:00:00.000Z';

const cases: readonly PushCase[] = [
  {
    fields: { Event: 'weapp_audit_success', SuccTime: at },
    event: { type: 'code_review.passed', decidedAt: toldAt },
  },
  {
    fields: { Event: 'weapp_audit_fail', FailTime: at, Reason: '1:账号<br>', ScreenShot: 'xxx|yyy|zzz' },
    event: {
      type: 'code_review.failed',
      decidedAt: toldAt,
      reason: '1:账号<br>',
      screenShots: ['xxx', 'yyy', 'zzz'],
    },
  },
  {
    fields: { Event: 'weapp_audit_delay', DelayTime: at, Reason: '稍后' },
    event: { type: 'code_review.delayed', decidedAt: toldAt, reason: '稍后' },
  },
  {
    fields: { Event: 'wxa_nickname_audit', ret: 2, nickname: '昵称', reason: '驳回原因' },
    event: {
      type: 'nickname_review.decided',
      decidedAt: occurredAt,
      result: '2',
      nickname: '昵称',
      reason: '驳回原因',
    },
  },
  {
    fields: { Event: 'wxa_category_audit', ret: 3, first: 304, second: 321 },
    event: {
      type: 'category_review.decided',
      decidedAt: occurredAt,
      result: '3',
      first: '304',
      second: '321',
    },
  },
  {
    fields: {
      Event: 'wxa_privacy_apply',
      result_info: {
        api_name: 'wx.choosePoi',
        apply_time: '1763776600',
        audit_id: '4211202267',
        audit_time: String(at),
        reason: '小程序内未含有相应使用场景',
        status: '2',
      },
    },
    event: {
      type: 'privacy_review.decided',
      decidedAt: toldAt,
      appliedAt: '2025-11-22T01:56:40.000Z',
      apiName: 'wx.choosePoi',
      auditId: '4211202267',
      reason: '小程序内未含有相应使用场景',
      result: '2',
    },
  },
  {
    fields: {
      Event: 'wxa_illegal_record',
      illegal_record_id: 'i1',
      appid: 'wx8888888888888888',
      create_time: at,
      illegal_reason: '存在诱导分享行为',
      illegal_content: '违规内容',
      rule_url: 'https://example.com/rule',
      rule_name: '5.1',
    },
    event: {
      type: 'app_violation.recorded',
      decidedAt: toldAt,
      reason: '存在诱导分享行为',
      illegalRecordId: 'i1',
      ruleName: '5.1',
      ruleUrl: 'https://example.com/rule',
    },
  },
  {
    fields: {
      Event: 'wxa_appeal_record',
      appeal_record_id: 123,
      appid: 'wx8888888888888888',
      appeal_time: 1_763_776_600,
      appeal_count: 1,
      appeal_from: 0,
      appeal_status: 2,
      audit_time: at,
      audit_reason: '不予通过',
      punish_description: '封禁',
      material: [{ appeal_material: { reason: 'a' } }, { appeal_material: { reason: 'b' } }],
    },
    event: {
      type: 'app_violation.appealed',
      decidedAt: toldAt,
      reason: '不予通过',
      appealRecordId: '123',
      result: '2',
      appealedAt: '2025-11-22T01:56:40.000Z',
      punishment: '封禁',
    },
  },
  {
    fields: {
      Event: 'wxa_punish_event',
      event_type: 1,
      punish_id: '649557',
      appid: 'wx54a8eaa26606test',
      punish_time: at,
      illegal_reason: '存在诱导分享行为',
      illegal_content: ['违规内容测试'],
      rule_name: '5.1滥用分享行为',
      rule_url: 'https://developers.weixin.qq.com/miniprogram/product/index.html#_5-1',
      adjust_guide_url: 'https://mp.weixin.qq.com/s/73rLZmwPeQ87Q89DYQcfkw',
      detail: '{"warned_type":1,"rectify_deadline":1699796571,"warned_ban_days":[3]}',
    },
    event: {
      type: 'app_violation.punished',
      decidedAt: toldAt,
      reason: '存在诱导分享行为',
      punishId: '649557',
      punishment: '1',
      ruleName: '5.1滥用分享行为',
      ruleUrl: 'https://developers.weixin.qq.com/miniprogram/product/index.html#_5-1',
    },
    key: '649557|1',
  },
];

describe('pushes about the app itself', () => {
  for (const push of cases) {
    it(`say by ${push.fields.Event} what WeChat decided`, () => expectPush(push));
  }
});
