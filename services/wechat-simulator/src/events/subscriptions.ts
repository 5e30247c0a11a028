import type { JsonObject } from '../write-json.ts';
import type { PushSpec } from './event-spec.ts';
import type { EventSubject } from './event-subject.ts';

/*
 * Subscription messages (订阅消息) and service cards.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/subscribe-message.html and -2.html
 * Numbers are text here, in JSON too.
 */

function popup(templateId: string, answer: 'accept' | 'reject'): JsonObject {
  return { TemplateId: templateId, SubscribeStatusString: answer, PopupScene: '0' };
}

function sent(about: EventSubject, code: string, status: string): JsonObject {
  return {
    TemplateId: about.templateId,
    MsgID: about.msgId.toString(),
    ErrorCode: code,
    ErrorStatus: status,
  };
}

const common = { msgType: 'event', demand: 'plain', from: 'user', fields: () => ({}) } as const;
const popupList = (items: (about: EventSubject) => readonly JsonObject[]) => ({
  wrapper: 'SubscribeMsgPopupEvent',
  items,
});
const sentList = (items: (about: EventSubject) => readonly JsonObject[]) => ({
  wrapper: 'SubscribeMsgSentEvent',
  items,
});

export const subscriptionPushes: readonly PushSpec[] = [
  {
    ...common,
    name: 'subscribe_msg_popup_event',
    aliases: ['popup'],
    event: 'subscribe_msg_popup_event',
    list: popupList((about) => [popup(about.templateId, 'accept')]),
  },
  {
    ...common,
    name: 'subscribe_msg_popup_event:several',
    aliases: ['popup-several'],
    event: 'subscribe_msg_popup_event',
    list: popupList((about) => [popup(about.templateId, 'accept'), popup(about.otherTemplateId, 'reject')]),
  },
  {
    ...common,
    name: 'subscribe_msg_popup_event:reject',
    aliases: ['popup-reject'],
    event: 'subscribe_msg_popup_event',
    list: popupList((about) => [popup(about.templateId, 'reject')]),
  },
  {
    ...common,
    name: 'subscribe_msg_change_event',
    aliases: ['consent-changed'],
    event: 'subscribe_msg_change_event',
    list: {
      wrapper: 'SubscribeMsgChangeEvent',
      items: (about) => [{ TemplateId: about.templateId, SubscribeStatusString: 'reject' }],
    },
  },
  {
    ...common,
    name: 'subscribe_msg_sent_event',
    aliases: ['message-sent'],
    event: 'subscribe_msg_sent_event',
    list: sentList((about) => [sent(about, '0', 'success')]),
  },
  {
    ...common,
    name: 'subscribe_msg_sent_event:failed',
    aliases: ['message-failed'],
    event: 'subscribe_msg_sent_event',
    list: sentList((about) => [sent(about, '1', 'system error')]),
  },
  {
    ...common,
    name: 'notify_service_msg_send_result',
    aliases: ['service-card-failed'],
    event: 'notify_service_msg_send_result',
    fields: (about) => ({
      openid: about.openId,
      notify_code: `p1.${about.transactionId}`,
      notify_type: 2_006,
      card_status: 4,
      fail_ret: -1_004,
      fail_msg: 'user reject message ',
    }),
  },
  {
    ...common,
    name: 'TEMPLATESENDJOBFINISH',
    aliases: ['template-sent'],
    event: 'TEMPLATESENDJOBFINISH',
    fields: (about) => ({ MsgID: about.msgId, Status: 'success' }),
  },
];
