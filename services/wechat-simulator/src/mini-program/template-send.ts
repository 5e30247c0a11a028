import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { toBeijingDay } from '../pay/wire-time.ts';
import { announcePush } from '../push/send-push.ts';
import type { SimulatedApp } from '../settings.ts';
import type { JsonValue } from '../write-json.ts';
import { MiniProgramRefusal } from './api-error.ts';
import { assertTemplateValues } from './template-values.ts';
import type { User } from './user-book.ts';

const request = z.object({
  touser: z.string(),
  template_id: z.string(),
  data: z.record(z.string(), z.unknown()),
  url: z.string().optional(),
  miniprogram: z.object({ appid: z.string(), pagepath: z.string().optional() }).optional(),
  client_msg_id: z.string().max(32).optional(),
});
type TemplateMessage = z.infer<typeof request>;

/** More only for accounts with more than 100,000 followers. */
const usualDailyLimit = 100_000;
const repetitionMs = 600_000;

/**
 * POST /cgi-bin/message/template/send of a service account (服务号). The same client_msg_id to the same openid is
 * sent once within ten minutes; what a repeated one is answered is not documented: here the msgid of the first.
 * Throws MiniProgramRefusal.
 * https://developers.weixin.qq.com/doc/service/api/notify/template/api_sendtemplatemessage
 */
export function templateSend(context: Context, app: SimulatedApp, body: unknown): JsonValue {
  const parsed = request.safeParse(body);
  if (!parsed.success) throw new MiniProgramRefusal(47001, 'data format error');
  const message = parsed.data;
  try {
    return toAnswer(send(context, app, message));
  } catch (error) {
    if (error instanceof MiniProgramRefusal) record(context, app, message, error.errcode, undefined);
    throw error;
  }
}

function toAnswer(msgId: bigint): JsonValue {
  return { errcode: 0, errmsg: 'ok', msgid: msgId };
}

function send(context: Context, app: SimulatedApp, message: TemplateMessage): bigint {
  const { appId } = app;
  const { messages, clock } = context;
  const user = findReceiver(context, appId, message.touser);
  assertContent(context, app, message);
  const { client_msg_id: clientMsgId } = message;
  const key = clientMsgId && `${appId}/${user.openId}/${clientMsgId}`;
  const known = key && messages.findRepeated(key, clock.now() - repetitionMs);
  if (known) return known;
  if (!messages.takeQuota(appId, toBeijingDay(clock.now()), app.dailySendLimit ?? usualDailyLimit)) {
    throw new MiniProgramRefusal(45009, 'reach max api daily quota limit');
  }
  const msgId = (1n << 61n) + BigInt(`0x${randomBytes(7).toString('hex')}`);
  if (key) messages.rememberSent(key, { msgId, atMs: clock.now() });
  record(context, app, message, 0, msgId);
  reportJob(context, app, user, msgId);
  return msgId;
}

/** Whoever does not follow the account gets nothing. */
function findReceiver({ openIds, users }: Context, appId: string, openId: string): User {
  if (openId === '' || !openIds.belongs(appId, openId)) throw new MiniProgramRefusal(40003, 'invalid openid');
  const user = users.of(appId, openId);
  if (!user.isFollowing) throw new MiniProgramRefusal(43004, 'require subscribe');
  return user;
}

function assertContent({ apps }: Context, { templates }: SimulatedApp, message: TemplateMessage): void {
  const { template_id: templateId, miniprogram, data } = message;
  const keywords = Object.hasOwn(templates, templateId) ? templates[templateId] : undefined;
  if (keywords === undefined) throw new MiniProgramRefusal(40037, 'invalid template_id');
  if (miniprogram !== undefined && !apps.has(miniprogram.appid)) {
    throw new MiniProgramRefusal(40013, 'invalid appid');
  }
  assertTemplateValues(keywords, data);
}

/** What became of it: a user who refuses the account's messages, or what the faults say. */
function reportJob(context: Context, { appId, push }: SimulatedApp, user: User, msgId: bigint): void {
  if (push === undefined || context.addresses.ofApp(appId) === undefined) return;
  const status = user.isBlockingMessages ? 'failed:user block' : context.faults.settings.template_course;
  const fields = { MsgID: msgId, Status: status };
  announcePush(context, 'TEMPLATESENDJOBFINISH', { appId, about: { openId: user.openId }, fields });
}

function record(
  context: Context,
  { appId }: SimulatedApp,
  message: TemplateMessage,
  errcode: number,
  msgId: bigint | undefined,
): void {
  context.messages.record({
    appId,
    openId: message.touser,
    templateId: message.template_id,
    at: new Date().toISOString(),
    errcode,
    msgId: msgId?.toString(),
    page: message.miniprogram?.pagepath ?? message.url,
    data: message.data,
    clientMsgId: message.client_msg_id,
  });
}
