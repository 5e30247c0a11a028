import type { JsonObject } from '../write-json.ts';
import type { PushSpec } from './event-spec.ts';
import type { EventSubject } from './event-subject.ts';

/*
 * What WeChat's platform has to say about an app: content checks, audits, punishments, ratings, and the push that
 * somebody makes in the console. https://developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html
 */

function mediaCheck(about: EventSubject): JsonObject {
  return {
    appid: about.appId,
    trace_id: `60f96f1d-${about.number.slice(0, 8)}-${about.number.slice(8, 16)}`,
    version: 2,
    detail: [{ strategy: 'content_model', errcode: 0, suggest: 'pass', label: 100, prob: 90 }],
    errcode: 0,
    errmsg: 'ok',
    result: { suggest: 'pass', label: 100 },
  };
}

function punishment(about: EventSubject): JsonObject {
  return {
    event_type: 1,
    punish_id: about.number,
    appid: about.appId,
    punish_time: about.unixSeconds,
    illegal_reason: '诱导分享',
    illegal_content: 'pages/index',
    rule_name: '微信小程序平台运营规范',
    rule_url: 'https://developers.weixin.qq.com/miniprogram/product/',
    adjust_guide_url: 'https://developers.weixin.qq.com/miniprogram/product/',
    // JSON in a text.
    detail: '{"pages":["pages/index"]}',
  };
}

function spec(event: string, alias: string, fields: (about: EventSubject) => JsonObject): PushSpec {
  return {
    name: event,
    aliases: [alias],
    msgType: 'event',
    event,
    demand: 'plain',
    from: 'system',
    fields,
  };
}

export const platformPushes: readonly PushSpec[] = [
  spec('debug_demo', 'debug', (about) => ({ debug_str: about.text })),
  spec('wxa_media_check', 'media-check', mediaCheck),
  spec('weapp_audit_success', 'audit-success', (about) => ({ SuccTime: about.unixSeconds })),
  spec('weapp_audit_fail', 'audit-fail', (about) => ({
    Reason: '1:账号信息不符合规范:<br>(1):包含敏感因素<br>',
    FailTime: about.unixSeconds,
    ScreenShot: 'xxx|yyy|zzz',
  })),
  spec('weapp_audit_delay', 'audit-delay', (about) => ({
    Reason: '为了更好的服务小程序，您的服务商正在进行提审系统的优化',
    DelayTime: about.unixSeconds,
  })),
  spec('wxa_nickname_audit', 'nickname-audit', () => ({ ret: 3, nickname: '示例小程序', reason: '' })),
  spec('wxa_category_audit', 'category-audit', () => ({ ret: 3, first: 287, second: 618, reason: '' })),
  spec('wxa_privacy_apply', 'privacy-apply', (about) => ({
    result_info: {
      api_name: 'wx.chooseAddress',
      apply_time: about.unixSeconds,
      audit_id: 4_211_202,
      audit_time: about.unixSeconds,
      reason: '',
      status: '1',
    },
  })),
  spec('wxa_illegal_record', 'illegal-record', (about) => ({
    illegal_record_id: about.number,
    create_time: about.unixSeconds,
    illegal_reason: '违规',
    illegal_content: 'pages/index',
    appid: about.appId,
  })),
  spec('wxa_appeal_record', 'appeal-record', (about) => ({
    appeal_record_id: about.number,
    appid: about.appId,
    appeal_time: about.unixSeconds,
    appeal_status: 2,
  })),
  spec('wxa_punish_event', 'punishment', punishment),
  spec('wxa_comment_bad_score', 'bad-score', (about) => ({ result: { comment_id: about.number } })),
  spec('event_of_the_future', 'unknown-push', (about) => ({ future_id: about.msgId, news: about.text })),
];
