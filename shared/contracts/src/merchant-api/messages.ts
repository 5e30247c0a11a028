import { z } from 'zod';
import { appId, openId } from '../ids.ts';
import { findTemplateValueProblem, isKnownTemplateKind, templateKeywordPattern } from '../template-values.ts';
import { toEndpoint } from './endpoint.ts';

/** `subscribe`: 订阅消息 of a mini-program. `template`: 模板消息 of a service account (服务号). */
export const messageChannels = ['subscribe', 'template'] as const;
export type MessageChannel = (typeof messageChannels)[number];

const oneLine = /^[^\p{Cc}\p{Zl}\p{Zp}\p{Cs}]*$/u;
const line = (longest: number) =>
  z.string().min(1).max(longest).regex(oneLine, 'must be one line without control characters');
const templateId = line(128);
const instant = z.iso.datetime({ offset: true });

/** Keyword of the template (thing1, amount2, …) → its value, within the limits of the keyword's kind. */
const templateData = z
  .record(
    z.string().max(64).regex(templateKeywordPattern, 'must be a keyword such as thing1'),
    z.strictObject({ value: z.string().max(1_000) }),
  )
  .superRefine((data, context) => {
    const entries = Object.entries(data);
    if (entries.length === 0 || entries.length > 20)
      context.addIssue({ code: 'custom', path: [], message: 'must have 1 to 20 keywords' });
    for (const [keyword, { value }] of entries) {
      const message = findTemplateValueProblem(keyword, value);
      if (message !== undefined) context.addIssue({ code: 'custom', path: [keyword, 'value'], message });
    }
  });

/** What a message of a service account opens. */
const opens = {
  /** The address that it opens where it opens no mini-program. */
  url: z
    .url({ protocol: /^https?$/ })
    .max(1_024)
    .optional(),
  /** A mini-program linked to the account; it wins over `url`. */
  miniprogram: z.strictObject({ appid: appId, pagepath: line(512).optional() }).optional(),
};

const fallback = z.strictObject({
  channel: z.literal('template').default('template'),
  /** A service account of the merchant. */
  appid: appId,
  /** The same user's openid in the service account. */
  touser: openId,
  template_id: templateId,
  data: templateData,
  ...opens,
  /** How long the message waits for its user's consent before this one takes its place. */
  after_minutes: z
    .number()
    .int()
    .min(1)
    .max(24 * 60)
    .default(5),
});

/** One message of `POST /v1/messages`. */
export const messageRequest = z
  .strictObject({
    /** Names the message for ever: the same content under it is the same message. */
    idempotency_key: z
      .string()
      .regex(/^[\x21-\x7e]{1,128}$/, 'must be 1 to 128 visible ASCII characters without spaces'),
    appid: appId,
    channel: z.enum(messageChannels).default('subscribe'),
    /** The user's openid in this app. */
    touser: openId,
    template_id: templateId,
    data: templateData,
    /** Of `subscribe`: a path within the mini-program, which may have a query; without it the message opens nothing. */
    page: line(512)
      .regex(/^(?!https?:)/, 'must be a path within the mini-program, such as pages/order')
      .optional(),
    /** Of `subscribe`; by default what the merchants file says. */
    miniprogram_state: z.enum(['formal', 'trial', 'developer']).optional(),
    /** Of `subscribe`; by default what the merchants file says. */
    lang: z.enum(['zh_CN', 'en_US', 'zh_HK', 'zh_TW']).optional(),
    ...opens,
    /** Not before; at most 30 days ahead. By default at once. */
    send_at: instant.optional(),
    /** Not after: at most 7 days after `send_at`, by default a day after it. */
    useful_until: instant.optional(),
    /** Of `subscribe`: told in place of the message where that certainly does not reach its user. */
    fallback: fallback.optional(),
  })
  .superRefine((message, context) => {
    const wrong =
      message.channel === 'subscribe'
        ? (['url', 'miniprogram'] as const)
        : (['page', 'miniprogram_state', 'lang', 'fallback'] as const);
    for (const field of wrong) {
      if (message[field] === undefined) continue;
      const problem = `is not a field of the channel ${message.channel}`;
      context.addIssue({ code: 'custom', path: [field], message: problem });
    }
    for (const keyword of message.channel === 'subscribe' ? Object.keys(message.data) : []) {
      if (isKnownTemplateKind(keyword)) continue;
      const problem = 'is of no kind that subscription messages have, such as thing, amount or time';
      context.addIssue({ code: 'custom', path: ['data', keyword], message: problem });
    }
  });
export type MessageRequest = z.infer<typeof messageRequest>;
export type MessageFallback = NonNullable<MessageRequest['fallback']>;

/** Body of `POST /v1/messages`. */
export const createMessagesRequest = z
  .strictObject({ messages: z.array(messageRequest).min(1).max(100) })
  .superRefine(({ messages }, context) => {
    const firstOf = new Map<string, number>();
    for (const [index, { idempotency_key: key }] of messages.entries()) {
      const first = firstOf.get(key);
      if (first === undefined) firstOf.set(key, index);
      else {
        const message = `is the same as that of messages.${first}`;
        context.addIssue({ code: 'custom', path: ['messages', index, 'idempotency_key'], message });
      }
    }
  });
export type CreateMessagesRequest = z.infer<typeof createMessagesRequest>;

/**
 * - `queued`: not sent yet; with `waiting_since` it waits for its user's consent.
 * - `sending`: WeChat is being told.
 * - `sent`: WeChat took it. `delivered`, `refused`: what WeChat reported after that, or answered.
 * - `unknown`: nobody saw WeChat's answer; it is not sent again, and a report of WeChat may still settle it.
 * - `expired`: not sent until its latest useful time. `cancelled`: taken back before it was sent.
 */
export const messageStates = [
  'queued',
  'sending',
  'sent',
  'delivered',
  'refused',
  'unknown',
  'expired',
  'cancelled',
] as const;

/** A message without what it says and to whom. */
export const messageResource = z.strictObject({
  message_id: z.string(),
  idempotency_key: z.string(),
  appid: z.string(),
  channel: z.enum(messageChannels),
  template_id: z.string(),
  state: z.enum(messageStates),
  send_at: z.string().datetime(),
  useful_until: z.string().datetime(),
  waiting_since: z.string().datetime().optional(),
  /** How often WeChat was asked to send it. */
  attempts: z.number().int(),
  /** Our code for why it was not sent, or not yet. */
  error_code: z.string().optional(),
  /** WeChat's errcode, and the rid that its support asks for. */
  remote_code: z.string().optional(),
  rid: z.string().optional(),
  /** WeChat's number of the message, where it gave one. */
  msg_id: z.string().optional(),
  /** What WeChat reported of it: `0` or `success` is delivered. */
  report: z.strictObject({ code: z.string(), status: z.string().optional() }).optional(),
  /** The message that took its place: see `fallback`. */
  fallback_message_id: z.string().optional(),
  created_at: z.string().datetime(),
  updated_at: z.string().datetime(),
  /** When it came to its end. */
  settled_at: z.string().datetime().optional(),
});
export type MessageResource = z.infer<typeof messageResource>;

export const createMessagesResponse = z.strictObject({
  /** In the order of the request. */
  messages: z.array(messageResource),
});
export type CreateMessagesResponse = z.infer<typeof createMessagesResponse>;

/** Which answers of wx.requestSubscribeMessage allow a message. */
export const acceptedAnswers: ReadonlySet<string> = new Set([
  'accept',
  'acceptWithAlert',
  'acceptWithAudio',
  'acceptWithForcePush',
]);

/** Body of `POST /v1/users/consents`: what wx.requestSubscribeMessage gave the page, without its errMsg. */
export const reportConsentsRequest = z.strictObject({
  /** 模板ID → the user's answer. https://developers.weixin.qq.com/miniprogram/dev/api/open-api/subscribe-message/wx.requestSubscribeMessage.html */
  answers: z
    .record(
      templateId,
      z.enum([
        'accept',
        'acceptWithAlert',
        'acceptWithAudio',
        'acceptWithForcePush',
        'reject',
        'ban',
        'filter',
      ]),
    )
    .refine(
      (answers) => Object.keys(answers).length > 0 && Object.keys(answers).length <= 10,
      'must have 1 to 10 templates',
    ),
});
export type ReportConsentsRequest = z.infer<typeof reportConsentsRequest>;

export const reportConsentsResponse = z.strictObject({
  /** Messages that waited for it and are tried now. */
  woken: z.number().int(),
});
export type ReportConsentsResponse = z.infer<typeof reportConsentsResponse>;

const messagePath = z.strictObject({ message_id: z.string().regex(/^[0-9a-f]{32}$/) });

export const messageEndpoints = {
  createMessages: toEndpoint({
    method: 'POST',
    path: '/v1/messages',
    auth: ['api_key'],
    summary:
      'Tells users something, now or later, each message at most once. All of them are taken, or none. The same request may be repeated.',
    body: createMessagesRequest,
    largestBodyBytes: 512 * 1_024,
    answers: { 201: createMessagesResponse, 200: createMessagesResponse },
    problems: ['MESSAGE_CONFLICT'],
  }),
  readMessage: toEndpoint({
    method: 'GET',
    path: '/v1/messages/{message_id}',
    auth: ['api_key'],
    summary: 'How far a message is, and what WeChat said of it.',
    params: messagePath,
    unknownPath: 'MESSAGE_NOT_FOUND',
    answers: { 200: messageResource },
    problems: ['MESSAGE_NOT_FOUND'],
  }),
  cancelMessage: toEndpoint({
    method: 'DELETE',
    path: '/v1/messages/{message_id}',
    auth: ['api_key'],
    summary: 'Takes back a message that was not sent yet. It may be repeated.',
    params: messagePath,
    unknownPath: 'MESSAGE_NOT_FOUND',
    answers: { 200: messageResource },
    problems: ['MESSAGE_NOT_FOUND', 'MESSAGE_NOT_CANCELLABLE'],
  }),
  reportConsents: toEndpoint({
    method: 'POST',
    path: '/v1/users/consents',
    auth: ['session'],
    summary:
      "What the user answered to wx.requestSubscribeMessage: a message that waits for it is tried. WeChat's own event is what counts as consent.",
    body: reportConsentsRequest,
    answers: { 200: reportConsentsResponse },
    problems: [],
  }),
} as const;
