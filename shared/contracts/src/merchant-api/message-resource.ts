import { z } from 'zod';
import { appId } from '../ids.ts';
import { messageChannel, templateId } from './message-channel.ts';
import { queuedMessage } from './message-example.ts';
import { instant, told } from './told.ts';

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

const messageState = z.enum(messageStates).meta({
  id: 'MessageState',
  description:
    "`queued`: not sent yet; with `waiting_since` it waits for its user's consent. `sending`: WeChat is being told. `sent`: WeChat took it. `delivered`, `refused`: what WeChat reported after that, or answered. `unknown`: nobody saw WeChat's answer; it is not sent again, and a report of WeChat may still settle it. `expired`: not sent until its latest useful time. `cancelled`: taken back before it was sent.",
  examples: ['queued'],
});

export const messageId = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .meta({
    description: 'Our number of the message: 32 hexadecimal digits.',
    examples: ['9b2f6a0c4d1e8f7a3b5c6d7e8f901a2b'],
  });

const report = z
  .strictObject({
    code: z.string().describe('`0` or `success` is delivered.'),
    status: z.string().optional().describe('In words.'),
  })
  .meta({ id: 'MessageReport', description: 'What WeChat reported of a message after it took it.' });

export const messageResource = z
  .strictObject({
    message_id: told(messageId),
    idempotency_key: z
      .string()
      .meta({ description: 'That of the request.', examples: ['pickup-tea-20270105-0001'] }),
    appid: told(appId),
    channel: messageChannel,
    template_id: told(templateId),
    state: messageState,
    send_at: instant('Not before.'),
    useful_until: instant('Not after.'),
    waiting_since: instant("Since when it waits for its user's consent.").optional(),
    attempts: z
      .number()
      .int()
      .meta({ description: 'How often WeChat was asked to send it.', examples: [0] }),
    error_code: z.string().optional().describe('Our code for why it was not sent, or not yet.'),
    remote_code: z.string().optional().describe("WeChat's errcode."),
    rid: z.string().optional().describe('What the support of WeChat asks for (rid).'),
    msg_id: z.string().optional().describe("WeChat's number of the message, where it gave one."),
    report: report.optional(),
    fallback_message_id: told(messageId)
      .optional()
      .describe('The message that took its place: see `fallback` of the request.'),
    created_at: instant('When it was asked for.'),
    updated_at: instant('When it changed last.'),
    settled_at: instant('When it came to its end.').optional(),
  })
  .meta({
    id: 'Message',
    description: 'A message without what it says and to whom.',
    examples: [queuedMessage],
  });
export type MessageResource = z.infer<typeof messageResource>;
