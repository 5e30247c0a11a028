import { z } from 'zod';
import { appId, openId } from '../ids.ts';
import { findTemplateValueProblem, isKnownTemplateKind, templateKeywordPattern } from '../template-values.ts';
import { line, messageChannel, templateId } from './message-channel.ts';

const instantWithOffset = z.iso.datetime({ offset: true });

const templateValue = z
  .strictObject({ value: z.string().max(1_000).describe("Within the limits of its keyword's kind.") })
  .meta({ id: 'TemplateValue', description: 'What stands at a keyword.' });

const templateData = z
  .record(z.string().max(64).regex(templateKeywordPattern, 'must be a keyword such as thing1'), templateValue)
  .superRefine((data, context) => {
    const entries = Object.entries(data);
    if (entries.length === 0 || entries.length > 20)
      context.addIssue({ code: 'custom', path: [], message: 'must have 1 to 20 keywords' });
    for (const [keyword, { value }] of entries) {
      const message = findTemplateValueProblem(keyword, value);
      if (message !== undefined) context.addIssue({ code: 'custom', path: [keyword, 'value'], message });
    }
  })
  .meta({
    description:
      "Keyword of the template (thing1, amount2, …) → its value, within the limits of the keyword's kind; 1 to 20 keywords.",
    examples: [{ thing1: { value: '龙井茶 250g ×2' }, amount2: { value: '88.00元' } }],
  });

const linkedMiniProgram = z
  .strictObject({
    appid: appId.describe('Its AppID.'),
    pagepath: line(512).optional().describe('The page.'),
  })
  .meta({ id: 'LinkedMiniProgram', description: 'A mini-program linked to the service account.' });

/** What a message of a service account opens. */
const opens = {
  url: z
    .url({ protocol: /^https?$/ })
    .max(1_024)
    .optional()
    .describe('Of `template`: the address (http or https) that it opens where it opens no mini-program.'),
  miniprogram: linkedMiniProgram
    .optional()
    .describe('Of `template`: a mini-program linked to the account; it wins over `url`.'),
};

const fallback = z
  .strictObject({
    channel: z.literal('template').default('template').describe('A template message (模板消息).'),
    appid: appId.describe('A service account (服务号) of the merchant.'),
    touser: openId.describe("The same user's openid in the service account."),
    template_id: templateId,
    data: templateData,
    ...opens,
    after_minutes: z
      .number()
      .int()
      .min(1)
      .max(24 * 60)
      .default(5)
      .describe("How long the message waits for its user's consent before this one takes its place."),
  })
  .meta({
    id: 'MessageFallback',
    description: 'Told in place of a message that certainly does not reach its user.',
  });

export const messageRequest = z
  .strictObject({
    idempotency_key: z
      .string()
      .regex(/^[\x21-\x7e]{1,128}$/, 'must be 1 to 128 visible ASCII characters without spaces')
      .meta({
        description:
          'Names the message for ever: the same content under it is the same message. 1 to 128 visible ASCII characters.',
        examples: ['pickup-tea-20270105-0001'],
      }),
    appid: appId.describe('The mini-program or service account that tells it.'),
    channel: messageChannel.default('subscribe'),
    touser: openId.describe("The user's openid in this app."),
    template_id: templateId,
    data: templateData,
    page: line(512)
      .regex(/^(?!https?:)/, 'must be a path within the mini-program, such as pages/order')
      .optional()
      .meta({
        description:
          'Of `subscribe`: a path within the mini-program, which may have a query; without it the message opens nothing.',
        examples: ['pages/order?no=tea-20270105-0001'],
      }),
    miniprogram_state: z
      .enum(['formal', 'trial', 'developer'])
      .optional()
      .describe(
        'Of `subscribe`: which version of the mini-program it opens: formal (正式版), trial (体验版) or developer (开发版); by default what the merchants file says.',
      ),
    lang: z
      .enum(['zh_CN', 'en_US', 'zh_HK', 'zh_TW'])
      .optional()
      .describe(
        'Of `subscribe`: the language of what WeChat adds: zh_CN, en_US, zh_HK or zh_TW; by default what the merchants file says.',
      ),
    ...opens,
    send_at: instantWithOffset
      .optional()
      .describe('Not before; at most 30 days ahead. RFC 3339 with offset. By default at once.'),
    useful_until: instantWithOffset
      .optional()
      .describe(
        'Not after: at most 7 days after `send_at`, by default a day after it. RFC 3339 with offset.',
      ),
    fallback: fallback
      .optional()
      .describe('Of `subscribe`: told in place of the message where that certainly does not reach its user.'),
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
  })
  .meta({ id: 'MessageRequest', description: 'What one user shall be told.' });
export type MessageRequest = z.infer<typeof messageRequest>;
export type MessageFallback = NonNullable<MessageRequest['fallback']>;

/** Body of `POST /v1/messages`. */
export const createMessagesRequest = z
  .strictObject({
    messages: z.array(messageRequest).min(1).max(100).describe('Each with a key of its own.'),
  })
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
  })
  .meta({
    id: 'CreateMessagesRequest',
    description: 'What users shall be told: all of it is taken, or none.',
  });
export type CreateMessagesRequest = z.infer<typeof createMessagesRequest>;
