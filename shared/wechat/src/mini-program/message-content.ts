import type { App } from '@huidiao/contracts';
import { z } from 'zod';
import { createAppSeal } from './app-seal.ts';

const data = z.record(z.string(), z.string());

/** What a message says and opens, without its recipient, as one of the two kinds that WeChat knows. */
export const messageContent = z.discriminatedUnion('channel', [
  z.strictObject({
    channel: z.literal('subscribe'),
    data,
    page: z.string().optional(),
    miniprogramState: z.enum(['formal', 'trial', 'developer']).optional(),
    lang: z.enum(['zh_CN', 'en_US', 'zh_HK', 'zh_TW']).optional(),
  }),
  z.strictObject({
    channel: z.literal('template'),
    data,
    url: z.string().optional(),
    miniprogram: z.strictObject({ appId: z.string(), pagePath: z.string().optional() }).optional(),
  }),
]);
export type MessageContent = z.infer<typeof messageContent>;

type SealingApp = Pick<App, 'appId' | 'appSecret' | 'appSecretPrevious'>;

const purpose = 'message content';

/** Encrypts what a message says, for it may name people; bound to the message's key. */
export function sealMessageContent(app: SealingApp, key: string, content: MessageContent): string {
  return createAppSeal(app, purpose).seal(JSON.stringify(content), [key]);
}

/** Undefined for what was sealed under a secret that the app has no more, or for another message. */
export function openMessageContent(app: SealingApp, key: string, sealed: string): MessageContent | undefined {
  const text = createAppSeal(app, purpose).open(sealed, [key]);
  return text === undefined ? undefined : messageContent.parse(JSON.parse(text));
}
