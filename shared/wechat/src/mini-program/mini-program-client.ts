import { type App, type Clock, systemClock } from '@huidiao/contracts';
import { AppError, toAppError } from '@huidiao/errors';
import { type Breaker, createBreaker, type Logger, type Metrics } from '@huidiao/runtime';
import { createHttpAgents } from '../http/http-agents.ts';
import { measureRequest } from '../http/measure-request.ts';
import type { AccessTokens } from './access-tokens.ts';
import {
  callMiniProgramApi,
  type MiniProgramAnswer,
  type MiniProgramCall,
  mayHaveReached,
} from './call-mini-program-api.ts';
import { classifyErrcode, toErrcodeError } from './error-codes.ts';

export interface SubscribeMessage {
  /** The buyer's openid in this very app. */
  readonly openId: string;
  /** 模板ID. */
  readonly templateId: string;
  /** A path within the released mini-program; without it the message opens nothing. */
  readonly page?: string | undefined;
  /** Keyword of the template (thing1, amount2, …) → text. */
  readonly data: Readonly<Record<string, string>>;
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
  /** Ends the breakers' timers and the connections. */
  close(): void;
}

export interface MiniProgramClientOptions {
  /** https://api.weixin.qq.com */
  readonly baseUrl: string;
  readonly accessTokens: AccessTokens;
  readonly clock?: Clock;
  /** Default 5 s. */
  readonly timeoutMs?: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

const api = 'subscribe/send';

/** https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/sendMessage.html */
export function createMiniProgramClient(options: MiniProgramClientOptions): MiniProgramClient {
  const { baseUrl, accessTokens, clock = systemClock, timeoutMs = 5_000, logger, metrics } = options;
  const agents = createHttpAgents();
  const breakers = new Map<string, Breaker<[MiniProgramCall], MiniProgramAnswer>>();
  const breakerOf = (appId: string) => {
    const made =
      breakers.get(appId) ??
      createBreaker({
        name: `wechat-message/${appId}`,
        action: (call: MiniProgramCall) => measureRequest(metrics, api, () => callMiniProgramApi(call)),
        openCode: 'WECHAT_BREAKER_OPEN',
        metrics,
        logger,
      });
    breakers.set(appId, made);
    return made;
  };

  async function attempt(app: App, message: SubscribeMessage, accessToken: string): Promise<SendResult> {
    try {
      const call = {
        baseUrl,
        path: '/cgi-bin/message/subscribe/send',
        accessToken,
        body: toSubscribeBody(app, message),
        timeoutMs,
        secrets: [accessToken, message.openId],
        agents,
      };
      return toSendResult(await breakerOf(app.appId).fire(call), clock.now());
    } catch (failed) {
      const error = toAppError(failed);
      return { kind: mayHaveReached(error) ? 'unknown' : 'refused', error };
    }
  }

  return {
    async sendSubscribeMessage(app, message) {
      // However a token could not be had: the message itself has not left.
      const token = await accessTokens.get(app).catch(toNotTried);
      if (token instanceof AppError) return { kind: 'refused', error: token };
      const first = await attempt(app, message, token);
      if (!isTokenRefused(first)) return first;

      const replaced = await accessTokens.replaceRefused(app, token).catch(toNotTried);
      if (replaced instanceof AppError) return { kind: 'refused', error: replaced };
      return attempt(app, message, replaced);
    },
    close() {
      for (const breaker of breakers.values()) breaker.close();
      agents.close();
    },
  };
}

/** A token that is a moment away usually is there within this time. */
const tokenRetryMs = 5_000;

/**
 * Why there is no token, as a reason to come back: the message itself was not tried, so trouble that may pass uses
 * up none of its attempts. What WeChat refuses stays as it is, for somebody has to see it: a refusal for good, a
 * token that it refuses and gives again, a code that nobody knows (`attemptsAtMost`).
 */
function toNotTried(failed: unknown): AppError {
  const error = toAppError(failed);
  const { code, kind, message, details, retryAfterMs = tokenRetryMs } = error;
  const isRefusal = code === 'WECHAT_TOKEN_REFUSED' || details.attemptsAtMost !== undefined;
  if (kind !== 'transient' || isRefusal) return error;
  return new AppError(code, { kind: 'throttled', message, details, retryAfterMs, cause: error });
}

function toSubscribeBody(app: App, message: SubscribeMessage): Record<string, unknown> {
  const data = Object.entries(message.data).map(([keyword, value]) => [keyword, { value }] as const);
  return {
    touser: message.openId,
    template_id: message.templateId,
    ...(message.page === undefined ? {} : { page: message.page }),
    // The page calls both required in one place and optional in another.
    miniprogram_state: app.miniprogramState,
    lang: app.lang,
    data: Object.fromEntries(data),
  };
}

function toSendResult(answer: MiniProgramAnswer, now: Date): SendResult {
  const { errcode, errmsg, rid } = answer;
  if (errcode === undefined) {
    const details = { api, reason: 'answer_without_errcode' };
    return { kind: 'unknown', error: new AppError('WECHAT_SYSTEM_ERROR', { details }) };
  }
  if (classifyErrcode(api, errcode).verdict !== 'done') {
    return { kind: 'refused', error: toErrcodeError(api, { errcode, errmsg, rid }, now) };
  }
  const { msgid } = answer.json;
  return msgid === undefined || msgid === null ? { kind: 'sent' } : { kind: 'sent', msgId: String(msgid) };
}

function isTokenRefused(result: SendResult): boolean {
  return result.kind === 'refused' && result.error.code === 'WECHAT_TOKEN_REFUSED';
}
