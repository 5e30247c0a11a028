import { createHash } from 'node:crypto';
import type { App, MerchantDirectory } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { Recipient } from '@huidiao/store';
import type { MessageContent, MiniProgramClient, SendResult } from '@huidiao/wechat';

/** A message with all that it takes to send it. */
export interface Draft {
  readonly app: App;
  readonly recipient: Recipient;
  readonly content: MessageContent;
  readonly usefulUntil: Date;
}

export type MessageClient = Pick<MiniProgramClient, 'sendSubscribeMessage' | 'sendTemplateMessage'>;

/** @throws AppError MERCHANT_NOT_CONFIGURED: a process that was started later, or the next start, knows the app */
export function appOf(directory: MerchantDirectory, appId: string): App {
  const app = directory.apps.get(appId);
  if (app !== undefined) return app;
  throw new AppError('MERCHANT_NOT_CONFIGURED', { retryAfterMs: 30_000, details: { appId } });
}

/** Sends it once. Never throws but for what nobody foresaw. */
export async function sendDraft(client: MessageClient, key: string, draft: Draft): Promise<SendResult> {
  const { app, content } = draft;
  const { openId, templateId } = draft.recipient;
  const { channel, ...rest } = content;
  if (channel === 'subscribe') {
    return await client.sendSubscribeMessage(app, { openId, templateId, ...rest });
  }
  return await client.sendTemplateMessage(app, {
    openId,
    templateId,
    ...rest,
    clientMsgId: toClientMsgId(key),
  });
}

/** The same for every attempt at one message: WeChat takes at most 32 characters. */
export function toClientMsgId(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 32);
}
