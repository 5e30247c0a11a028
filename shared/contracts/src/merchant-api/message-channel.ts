import { z } from 'zod';

export const messageChannels = ['subscribe', 'template'] as const;
export type MessageChannel = (typeof messageChannels)[number];

export const messageChannel = z.enum(messageChannels).meta({
  id: 'MessageChannel',
  description:
    '`subscribe`: a subscription message (订阅消息) of a mini-program. `template`: a template message (模板消息) of a service account (服务号).',
  examples: ['subscribe'],
});

const oneLine = /^[^\p{Cc}\p{Zl}\p{Zp}\p{Cs}]*$/u;

/** Text of 1 to `longest` characters (code points) without any kind of line break. */
export function line(longest: number): z.ZodString {
  return z.string().min(1).max(longest).regex(oneLine, 'must be one line without control characters');
}

export const templateId = line(128).meta({
  description: '模板ID.',
  examples: ['LzeDP2G5PSgHoIjCTs9Q-s1HLRGmHE3K9c8OTbo0wTY'],
});
