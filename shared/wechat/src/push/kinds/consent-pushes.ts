import type { PushFields } from '../push-fields.ts';
import { toHash } from '../push-key.ts';
import { type PushKind, type PushKinds, toCandidate } from '../push-kind.ts';

/**
 * What users allow, and what became of messages.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/subscribe-message.html
 */
export const consentPushes: PushKinds = {
  subscribe_msg_popup_event: toAnswered('consent.answered', 'SubscribeMsgPopupEvent'),
  subscribe_msg_change_event: toAnswered('consent.changed', 'SubscribeMsgChangeEvent'),
  subscribe_msg_sent_event: {
    toEvent: ({ base, fields }) =>
      toCandidate('message.reported', {
        ...base,
        openId: fields.text('FromUserName'),
        reports: toReports(fields).map((report) => ({
          templateId: report.text('TemplateId'),
          msgId: report.text('MsgID'),
          errorCode: report.text('ErrorCode'),
          errorStatus: report.text('ErrorStatus')?.slice(0, 256),
        })),
      }),
    toKeyParts: ({ fields }) =>
      toReports(fields).flatMap((report) => [report.text('MsgID'), report.text('TemplateId')]),
  },
};

function toReports(fields: PushFields): readonly PushFields[] {
  return fields.list('SubscribeMsgSentEvent');
}

function toAnswered(type: 'consent.answered' | 'consent.changed', wrapper: string): PushKind {
  return {
    toEvent({ base, fields }) {
      const answers = fields.list(wrapper).flatMap(toAnswer);
      if (answers.length === 0) return { problem: 'List: has no template that was accepted or rejected' };
      return toCandidate(type, { ...base, openId: fields.text('FromUserName'), answers });
    },
    toKeyParts: ({ fields }) => [
      fields.text('FromUserName'),
      fields.text('CreateTime'),
      toHash(
        fields
          .list(wrapper)
          .flatMap((item) =>
            ['TemplateId', 'SubscribeStatusString', 'PopupScene'].map((name) => item.text(name) ?? ''),
          ),
      ),
    ],
  };
}

/**
 * Statuses of wx.requestSubscribeMessage beyond accept and reject, such as ban and filter, come of the template and
 * not of the user: they allow nothing and forbid nothing. acceptWithAudio and acceptWithAlert are kinds of accept.
 */
function toAnswer(item: PushFields) {
  const status = item.text('SubscribeStatusString') ?? '';
  const answer = status.startsWith('accept') ? 'accept' : status;
  const isAnswer = answer === 'accept' || answer === 'reject';
  return isAnswer ? [{ templateId: item.text('TemplateId'), answer }] : [];
}
