import { type App, type Clock, openId, systemClock } from '@huidiao/contracts';
import { AppError, toAppError } from '@huidiao/errors';
import { type Breaker, createBreaker, type Logger, type Metrics } from '@huidiao/runtime';
import { z } from 'zod';
import { createHttpAgents, type HttpAgents } from '../http/http-agents.ts';
import { measureRequest } from '../http/measure-request.ts';
import { sendHttpRequest } from '../http/send-http-request.ts';
import { type MiniProgramAnswer, mayHaveReached, parseAnswer } from './call-mini-program-api.ts';
import { toErrcodeError } from './error-codes.ts';

/** Who logged in. Never log one. */
export interface Login {
  readonly openId: string;
  /** 16 bytes in Base64; it must not leave the server. */
  readonly sessionKey: string;
  /** Where the app is bound to an account of the open platform. */
  readonly unionId: string | undefined;
}

export type LoginResult =
  | { readonly kind: 'done'; readonly login: Login }
  /** WeChat did not do it, for certain. */
  | { readonly kind: 'refused'; readonly error: AppError }
  /** Time-out, reset, 5xx, or an answer that cannot be read: the code may be used. */
  | { readonly kind: 'unknown'; readonly error: AppError };

/** Exchanges the codes of wx.login. */
export interface LoginClient {
  /** Once; never throws. */
  login(app: App, code: string): Promise<LoginResult>;
  /** Ends the breakers' timers and the connections. */
  close(): void;
}

export interface LoginClientOptions {
  /** https://api.weixin.qq.com */
  readonly baseUrl: string;
  readonly clock?: Clock;
  /** Default 5 s. */
  readonly timeoutMs?: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

interface CodeToExchange {
  readonly appId: string;
  readonly secret: string;
  readonly code: string;
}

/** A success often has no errcode at all, so it is the openid that decides. */
const loginAnswer = z.looseObject({
  openid: openId,
  session_key: z.string().min(1).max(512),
  unionid: z.string().min(1).max(128).optional().catch(undefined),
});

/**
 * GET /sns/jscode2session, a breaker for each app before it. The secret and the code stand in the query, so no URL of it
 * is ever logged, and both are masked where WeChat's text quotes them.
 * https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html
 */
export function createLoginClient(options: LoginClientOptions): LoginClient {
  const { baseUrl, clock = systemClock, timeoutMs = 5_000, logger, metrics } = options;
  const agents = createHttpAgents();
  const breakers = new Map<string, Breaker<[CodeToExchange], MiniProgramAnswer>>();
  const breakerOf = (appId: string) => {
    const made =
      breakers.get(appId) ??
      createBreaker({
        name: `wechat-login/${appId}`,
        action: (code: CodeToExchange) =>
          measureRequest(metrics, 'jscode2session', () => exchange(code, { baseUrl, timeoutMs, agents })),
        openCode: 'WECHAT_BREAKER_OPEN',
        metrics,
        logger,
      });
    breakers.set(appId, made);
    return made;
  };

  async function attempt(appId: string, secret: string, code: string): Promise<LoginResult> {
    try {
      return toResult(await breakerOf(appId).fire({ appId, secret, code }), clock.now());
    } catch (failed) {
      const error = toAppError(failed);
      return { kind: mayHaveReached(error) ? 'unknown' : 'refused', error };
    }
  }

  return {
    async login({ appId, appSecret, appSecretPrevious }, code) {
      const first = await attempt(appId, appSecret, code);
      if (appSecretPrevious === undefined || !isSecretRefused(first)) return first;
      // A new secret goes into the file before or after WeChat has it; the code is not used up by a wrong one.
      return attempt(appId, appSecretPrevious, code);
    },
    close() {
      for (const breaker of breakers.values()) breaker.close();
      agents.close();
    },
  };
}

async function exchange(
  { appId, secret, code }: CodeToExchange,
  way: { readonly baseUrl: string; readonly timeoutMs: number; readonly agents: HttpAgents },
): Promise<MiniProgramAnswer> {
  const url = new URL('/sns/jscode2session', way.baseUrl);
  const query = { appid: appId, secret, js_code: code, grant_type: 'authorization_code' };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const headers = { accept: 'application/json', 'user-agent': 'huidiao' };
  const { timeoutMs, agents } = way;
  const answer = await sendHttpRequest({ method: 'GET', url, headers, timeoutMs, agents });
  return parseAnswer(answer, [secret, code]);
}

function toResult(answer: MiniProgramAnswer, now: Date): LoginResult {
  const parsed = loginAnswer.safeParse(answer.json);
  if (parsed.success) {
    const { openid, session_key, unionid } = parsed.data;
    return { kind: 'done', login: { openId: openid, sessionKey: session_key, unionId: unionid } };
  }
  const { errcode, errmsg, rid } = answer;
  if (errcode === undefined || errcode === 0) {
    const details = { api: 'jscode2session', reason: 'answer_not_understood' };
    return { kind: 'unknown', error: new AppError('WECHAT_SYSTEM_ERROR', { details }) };
  }
  return { kind: 'refused', error: toErrcodeError('jscode2session', { errcode, errmsg, rid }, now) };
}

/** 40125: the secret is wrong; some accounts are told 40001 instead. */
const secretRefusals: readonly unknown[] = [40125, 40001];

function isSecretRefused(result: LoginResult): boolean {
  return result.kind === 'refused' && secretRefusals.includes(result.error.details.remoteCode);
}
