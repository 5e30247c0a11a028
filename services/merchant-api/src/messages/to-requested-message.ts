import { createHash } from 'node:crypto';
import {
  type App,
  type Lane,
  type MessageFallback,
  type MessageRequest,
  toMessageKey,
} from '@huidiao/contracts';
import type { RequestedMessage } from '@huidiao/store';
import { type MessageContent, sealMessageContent } from '@huidiao/wechat';
import type { MessageTimes } from './check-message.ts';

/** What a message of one merchant is known by. */
export interface MessageNames {
  readonly mchId: string;
  readonly messageId: string;
  readonly key: string;
}

/** The same for every repetition. @param part tells what one request asks for apart */
export function toMessageNames(
  mchId: string,
  idempotencyKey: string,
  part: 'message' | 'fallback' = 'message',
): MessageNames {
  const digest = toDigest([part, mchId, idempotencyKey]);
  const messageId = digest.slice(0, 32);
  return { mchId, messageId, key: toMessageKey(mchId, messageId) };
}

/** Of all that the client wrote, however it spelled it. */
export function toContentHash(request: MessageRequest): string {
  const instants = [request.send_at, request.useful_until].map((text) =>
    text === undefined ? null : new Date(text).getTime(),
  );
  return toDigest([{ ...request, send_at: null, useful_until: null }, instants]);
}

function toDigest(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content, sortKeys)).digest('hex');
}

function sortKeys(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

export interface RequestContext {
  readonly mchId: string;
  /** Those that the message and its fallback name. */
  readonly apps: { get(appId: string): App | undefined };
  readonly times: MessageTimes;
  readonly requestId: string;
  readonly lane: Lane;
}

/** The row of a message that is asked for; what it says is sealed for its app. */
export function toRequestedMessage(request: MessageRequest, context: RequestContext): RequestedMessage {
  const { mchId, times, requestId, lane } = context;
  const names = toMessageNames(mchId, request.idempotency_key);
  const { fallback } = request;
  const contentHash = toContentHash(request);
  const common = { idempotencyKey: request.idempotency_key, contentHash };
  return {
    ...names,
    ...common,
    ...toRecipient(request),
    channel: request.channel,
    sealed: seal(context, names, request.appid, toContent(request)),
    sendAt: times.sendAt,
    usefulUntil: times.usefulUntil,
    requestId,
    lane,
    ...(fallback !== undefined && { fallback: { ...common, ...toFallback(request, fallback, context) } }),
  };
}

function toFallback({ idempotency_key }: MessageRequest, fallback: MessageFallback, context: RequestContext) {
  const names = toMessageNames(context.mchId, idempotency_key, 'fallback');
  return {
    ...names,
    ...toRecipient(fallback),
    channel: 'template' as const,
    sealed: seal(context, names, fallback.appid, toTemplateContent(fallback)),
    usefulUntil: context.times.fallbackUsefulUntil,
  };
}

function toRecipient({
  appid,
  touser,
  template_id,
}: Pick<MessageRequest, 'appid' | 'touser' | 'template_id'>) {
  return { appId: appid, openId: touser, templateId: template_id };
}

function seal(
  { apps }: RequestContext,
  { key }: MessageNames,
  appId: string,
  content: MessageContent,
): string {
  const app = apps.get(appId);
  if (app === undefined) throw new Error('a message of an app that was not looked for');
  return sealMessageContent(app, key, content);
}

function toContent(request: MessageRequest): MessageContent {
  if (request.channel === 'template') return toTemplateContent(request);
  const { page, miniprogram_state: miniprogramState, lang } = request;
  return {
    channel: 'subscribe',
    data: toTexts(request),
    ...(page !== undefined && { page }),
    ...(miniprogramState !== undefined && { miniprogramState }),
    ...(lang !== undefined && { lang }),
  };
}

function toTemplateContent(
  request: Pick<MessageRequest, 'data' | 'url' | 'miniprogram'>,
): Extract<MessageContent, { channel: 'template' }> {
  const { url, miniprogram } = request;
  const pagePath = miniprogram?.pagepath;
  return {
    channel: 'template',
    data: toTexts(request),
    ...(url !== undefined && { url }),
    ...(miniprogram && {
      miniprogram: { appId: miniprogram.appid, ...(pagePath !== undefined && { pagePath }) },
    }),
  };
}

function toTexts({ data }: Pick<MessageRequest, 'data'>): Record<string, string> {
  return Object.fromEntries(Object.entries(data).map(([keyword, { value }]) => [keyword, value]));
}
