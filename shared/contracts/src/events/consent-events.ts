import { z } from 'zod';
import { appId, openId } from '../ids.ts';

const templateId = z.string().min(1).max(128);

/**
 * What a user answered to wx.requestSubscribeMessage, or changed later in the settings of service notices.
 * One entry per template. https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/subscribe-message.html
 */
const answered = {
  appId,
  openId,
  /** CreateTime of the push, ISO 8601. */
  occurredAt: z.string().datetime(),
  answers: z
    .array(z.object({ templateId, answer: z.enum(['accept', 'reject']) }))
    .min(1)
    .max(100),
};

export const consentEvents = {
  /** subscribe_msg_popup_event: each `accept` allows one more message. */
  'consent.answered': z.object({ type: z.literal('consent.answered'), ...answered }),
  /** subscribe_msg_change_event: at present WeChat tells of refusals only. */
  'consent.changed': z.object({ type: z.literal('consent.changed'), ...answered }),
  /** subscribe_msg_sent_event: what finally became of messages. */
  'message.reported': z.object({
    type: z.literal('message.reported'),
    appId,
    openId,
    occurredAt: z.string().datetime(),
    reports: z
      .array(
        z.object({
          templateId,
          /** MsgID; beyond 2^53, therefore text. */
          msgId: z.string().max(64),
          /** `0` is delivered. */
          errorCode: z.string().max(32),
          errorStatus: z.string().max(256).optional(),
        }),
      )
      .min(1)
      .max(100),
  }),
} as const;
