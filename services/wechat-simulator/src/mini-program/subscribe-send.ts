import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { toBeijingDay } from '../pay/wire-time.ts';
import type { SimulatedApp } from '../settings.ts';
import type { JsonValue } from '../write-json.ts';
import { MiniProgramRefusal } from './api-error.ts';
import { reportMessage } from './consents.ts';
import { assertTemplateValues } from './template-values.ts';

const request = z.object({
  touser: z.string(),
  template_id: z.string(),
  data: z.record(z.string(), z.unknown()),
  page: z.string().optional(),
  miniprogram_state: z.enum(['developer', 'trial', 'formal']).optional(),
  lang: z.enum(['zh_CN', 'en_US', 'zh_HK', 'zh_TW']).optional(),
});
type SendRequest = z.infer<typeof request>;

const usualDailyLimit = 30_000_000;

/**
 * POST /cgi-bin/message/subscribe/send?access_token=. `body` is undefined where it was no JSON. The ledger of
 * grants decides; there is no idempotency key, so the same call twice sends twice. Throws MiniProgramRefusal.
 * https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/sendMessage.html
 */
export async function subscribeSend(context: Context, app: SimulatedApp, body: unknown): Promise<JsonValue> {
  const parsed = request.safeParse(body);
  if (!parsed.success) throw new MiniProgramRefusal(47001, 'data format error');
  const message = parsed.data;
  try {
    const msgId = await send(context, app, message);
    record(context, app, message, 0, msgId);
    reportMessage(
      context,
      { appId: app.appId, openId: message.touser, templateId: message.template_id },
      msgId,
    );
    const isTold = !context.random.happens(context.faults.settings.msgid_missing_share);
    return { errcode: 0, errmsg: 'ok', msgid: isTold ? msgId : undefined };
  } catch (error) {
    if (error instanceof MiniProgramRefusal) record(context, app, message, error.errcode, undefined);
    throw error;
  }
}

/** Gives the message's id: a number beyond 2^53. */
async function send(context: Context, app: SimulatedApp, message: SendRequest): Promise<bigint> {
  const { appId } = app;
  const { touser: openId, template_id: templateId } = message;
  const { messages, openIds, clock, faults } = context;
  if (openId === '' || !openIds.belongs(appId, openId)) throw new MiniProgramRefusal(40003, 'invalid openid');
  const keywords = Object.hasOwn(app.templates, templateId) ? app.templates[templateId] : undefined;
  if (keywords === undefined) throw new MiniProgramRefusal(40037, 'invalid template_id');
  assertTemplateValues(keywords, message.data);
  if (!messages.takeQuota(appId, toBeijingDay(clock.now()), app.dailySendLimit ?? usualDailyLimit)) {
    throw new MiniProgramRefusal(45009, 'reach max api daily quota limit');
  }
  if (!messages.hold(appId, openId)) throw new MiniProgramRefusal(43108, 'concurrent sends to one user');
  try {
    await clock.sleep(faults.settings.send_latency_ms);
    if (!messages.use({ appId, openId, templateId })) {
      throw new MiniProgramRefusal(43101, 'user refuse to accept the msg');
    }
  } finally {
    messages.release(appId, openId);
  }
  return (1n << 61n) + BigInt(`0x${randomBytes(7).toString('hex')}`);
}

function record(
  context: Context,
  app: SimulatedApp,
  message: SendRequest,
  errcode: number,
  msgId: bigint | undefined,
): void {
  context.messages.record({
    appId: app.appId,
    openId: message.touser,
    templateId: message.template_id,
    at: new Date().toISOString(),
    errcode,
    msgId: msgId?.toString(),
    page: message.page,
    data: message.data,
  });
}
