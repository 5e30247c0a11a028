import type { App } from '@huidiao/contracts';
import type { AppError } from '@huidiao/errors';
import { type AppCallerOptions, createAppCaller } from './app-caller.ts';
import type { MiniProgramAnswer } from './call-mini-program-api.ts';
import { type TemplateMessage, toTemplateBody, toTemplateValues } from './template-message.ts';

export interface SubscribeMessage {
  /** The buyer's openid in this very app. */
  readonly openId: string;
  /** 模板ID. */
  readonly templateId: string;
  /** A path within the released mini-program; without it the message opens nothing. */
  readonly page?: string | undefined;
  /** Keyword of the template (thing1, amount2, …) → text. */
  readonly data: Readonly<Record<string, string>>;
  /** In place of what the merchants file says of the app. */
  readonly miniprogramState?: App['miniprogramState'] | undefined;
  readonly lang?: App['lang'] | undefined;
}

export type SendResult =
  | {
      readonly kind: 'sent';
      /** 64 bits, as text; WeChat sometimes leaves it out. */
      readonly msgId?: string;
    }
  /** WeChat did not send it, for certain; `error.kind` says whether to try again. */
  | { readonly kind: 'refused'; readonly error: AppError }
  /** Time-out, reset, 5xx, or an answer that cannot be read: it may have been sent. */
  | { readonly kind: 'unknown'; readonly error: AppError };

export interface MiniProgramClient {
  /** 发送订阅消息, once. Never throws. WeChat knows no idempotency key, so whoever calls records it first. */
  sendSubscribeMessage(app: App, message: SubscribeMessage): Promise<SendResult>;
  /** 发送模板消息 in the name of a service account, once. Never throws; see TemplateMessage.clientMsgId. */
  sendTemplateMessage(account: App, message: TemplateMessage): Promise<SendResult>;
  /** Ends the breakers' timers and the connections. */
  close(): void;
}

export type MiniProgramClientOptions = Omit<AppCallerOptions, 'name'>;

/** https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/sendMessage.html */
export function createMiniProgramClient(options: MiniProgramClientOptions): MiniProgramClient {
  const caller = createAppCaller({ ...options, name: 'wechat-message' });
  return {
    async sendSubscribeMessage(app, message) {
      const result = await caller.call(app, {
        api: 'subscribe/send',
        path: '/cgi-bin/message/subscribe/send',
        body: toSubscribeBody(app, message),
        secrets: [message.openId],
      });
      return result.kind === 'done' ? toSent(result.answer) : result;
    },
    async sendTemplateMessage(account, message) {
      const result = await caller.call(account, {
        api: 'template/send',
        path: '/cgi-bin/message/template/send',
        body: toTemplateBody(message),
        secrets: [message.openId],
      });
      return result.kind === 'done' ? toSent(result.answer) : result;
    },
    close: () => caller.close(),
  };
}

function toSubscribeBody(app: App, message: SubscribeMessage): Record<string, unknown> {
  return {
    touser: message.openId,
    template_id: message.templateId,
    ...(message.page === undefined ? {} : { page: message.page }),
    // The page calls both required in one place and optional in another.
    miniprogram_state: message.miniprogramState ?? app.miniprogramState,
    lang: message.lang ?? app.lang,
    data: toTemplateValues(message.data),
  };
}

function toSent({ json: { msgid } }: MiniProgramAnswer): SendResult {
  return msgid === undefined || msgid === null ? { kind: 'sent' } : { kind: 'sent', msgId: String(msgid) };
}
