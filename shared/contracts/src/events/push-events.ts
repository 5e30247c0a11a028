import { z } from 'zod';
import { openId } from '../ids.ts';
import { instant, prose, pushed, wechatId, wechatState } from './pushed.ts';
import { retailEvents } from './retail-events.ts';
import { reviewEvents } from './review-events.ts';
import { virtualPaymentEvents } from './virtual-payment-events.ts';

/**
 * Facts that the message push (消息推送) of a mini-program tells, besides consents, user data and trade management.
 * What users write, and data of theirs beyond the openid, is in the forwarded content and nowhere here.
 * https://developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html
 */
export const pushEvents = {
  ...virtualPaymentEvents,
  ...retailEvents,
  ...reviewEvents,
  /** debug_demo: a push made by hand in the console. */
  'push.debugged': z.object({
    type: z.literal('push.debugged'),
    ...pushed,
    text: prose.optional(),
  }),
  /** user_enter_tempsession: a user opened customer service. */
  'customer_service.entered': z.object({
    type: z.literal('customer_service.entered'),
    ...pushed,
    openId,
    /** What the button's session-from says: the app's own text. */
    sessionFrom: prose.optional(),
  }),
  /** A text, picture or page card that a user sent to customer service. */
  'customer_service.message_received': z.object({
    type: z.literal('customer_service.message_received'),
    ...pushed,
    openId,
    messageType: z.enum(['text', 'image', 'miniprogrampage']),
    /** Beyond 2^53, or with letters; therefore text. */
    msgId: wechatId,
  }),
  /** notify_service_msg_send_result: a card of the newer one-time subscription was not sent. */
  'service_card.failed': z.object({
    type: z.literal('service_card.failed'),
    ...pushed,
    openId,
    notifyCode: wechatId,
    notifyType: wechatState.optional(),
    cardStatus: wechatState.optional(),
    failRet: wechatState,
    message: prose.optional(),
  }),
  /** wxa_media_check: what mediaCheckAsync found. */
  'media.checked': z.object({
    type: z.literal('media.checked'),
    ...pushed,
    traceId: wechatId,
    /** `0`: the result counts. */
    errCode: wechatState,
    /** pass, review or risky. */
    suggest: wechatState.optional(),
    label: wechatState.optional(),
  }),
  /** add_express_path: where a parcel is. */
  'parcel.moved': z.object({
    type: z.literal('parcel.moved'),
    ...pushed,
    /** DeliveryID: the carrier. */
    deliveryId: wechatId,
    waybillId: wechatId,
    orderId: wechatId.optional(),
    version: wechatState,
    /** The latest 500; 300003 is signed for. */
    actions: z.array(z.object({ actionType: wechatState, occurredAt: instant.optional() })).max(500),
  }),
  /**
   * complaint_callback: a complaint about an order is new or went on; 201 and 206 are to be answered within 48 hours.
   * https://developers.weixin.qq.com/miniprogram/dev/platform-capabilities/en/business-capabilities/guarantee/complaint.html
   */
  'trade_complaint.changed': z.object({
    type: z.literal('trade_complaint.changed'),
    ...pushed,
    complaintOrderId: wechatId,
    /** option_type: new, or gone on. */
    change: wechatState.optional(),
    status: wechatState.optional(),
    /** `type`: what it is about. */
    subject: wechatState.optional(),
    openId: openId.optional(),
    /** order_id: WeChat Pay's number. */
    transactionId: wechatId.optional(),
    outTradeNo: z.string().max(64).optional(),
    /** total_cost, as WeChat wrote it: no page says its unit. */
    totalCost: wechatState.optional(),
    createdAt: instant.optional(),
    expiresAt: instant.optional(),
    paidAt: instant.optional(),
  }),
  /** wxa_comment_bad_score: a user gave a bad mark. */
  'comment.rated_badly': z.object({
    type: z.literal('comment.rated_badly'),
    ...pushed,
    commentId: wechatId,
  }),
  /** TEMPLATESENDJOBFINISH: what became of a template message of a service account. */
  'template_message.reported': z.object({
    type: z.literal('template_message.reported'),
    ...pushed,
    openId,
    msgId: wechatId,
    /** `success`, `failed:user block`, `failed: system failed`, … */
    status: z.string().min(1).max(256),
  }),
} as const;
