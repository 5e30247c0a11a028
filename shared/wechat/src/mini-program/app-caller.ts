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
import { classifyErrcode, type MiniProgramApi, toErrcodeError } from './error-codes.ts';

/** One call in the name of an app. */
export interface AppCall {
  /** Names it in the table of codes and in metrics. */
  readonly api: MiniProgramApi;
  /** `/cgi-bin/…` or `/wxa/…` */
  readonly path: string;
  readonly body: unknown;
  /** Texts that must not come back in an error's message: openids, codes. */
  readonly secrets: readonly string[];
}

export type AppCallResult =
  | { readonly kind: 'done'; readonly answer: MiniProgramAnswer }
  /** WeChat did not do it, for certain; `error.kind` says whether to try again. */
  | { readonly kind: 'refused'; readonly error: AppError }
  /** Time-out, reset, 5xx, or an answer that cannot be read: it may have been done. */
  | { readonly kind: 'unknown'; readonly error: AppError };

/** Calls api.weixin.qq.com with an app's access_token, which is replaced once where WeChat refuses it. */
export interface AppCaller {
  /** Once; never throws. */
  call(app: App, call: AppCall): Promise<AppCallResult>;
  /** Ends the breakers' timers and the connections. */
  close(): void;
}

export interface AppCallerOptions {
  /** Names its breakers: one for each app. */
  readonly name: string;
  /** https://api.weixin.qq.com */
  readonly baseUrl: string;
  readonly accessTokens: AccessTokens;
  readonly clock?: Clock;
  /** Default 5 s. */
  readonly timeoutMs?: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

interface NamedCall extends MiniProgramCall {
  readonly api: MiniProgramApi;
}

/** Each app has a breaker of its own; a call may take 5 s unless `timeoutMs` says otherwise. */
export function createAppCaller(options: AppCallerOptions): AppCaller {
  const { name, baseUrl, accessTokens, clock = systemClock, timeoutMs = 5_000, logger, metrics } = options;
  const agents = createHttpAgents();
  const breakers = new Map<string, Breaker<[NamedCall], MiniProgramAnswer>>();
  const breakerOf = (appId: string) => {
    const made =
      breakers.get(appId) ??
      createBreaker({
        name: `${name}/${appId}`,
        action: (call: NamedCall) => measureRequest(metrics, call.api, () => callMiniProgramApi(call)),
        openCode: 'WECHAT_BREAKER_OPEN',
        metrics,
        logger,
      });
    breakers.set(appId, made);
    return made;
  };

  async function attempt(app: App, call: AppCall, accessToken: string): Promise<AppCallResult> {
    try {
      const secrets = [accessToken, ...call.secrets];
      const sent = { ...call, baseUrl, accessToken, timeoutMs, secrets, agents };
      return toResult(call.api, await breakerOf(app.appId).fire(sent), clock.now());
    } catch (failed) {
      const error = toAppError(failed);
      return { kind: mayHaveReached(error) ? 'unknown' : 'refused', error };
    }
  }

  return {
    async call(app, call) {
      // However a token could not be had: the call itself has not left.
      const token = await accessTokens.get(app).catch(toNotTried);
      if (token instanceof AppError) return { kind: 'refused', error: token };
      const first = await attempt(app, call, token);
      if (!isTokenRefused(first)) return first;

      const replaced = await accessTokens.replaceRefused(app, token).catch(toNotTried);
      if (replaced instanceof AppError) return { kind: 'refused', error: replaced };
      return attempt(app, call, replaced);
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
 * Why there is no token, as a reason to come back: the call itself was not tried, so trouble that may pass uses up
 * none of its attempts. What WeChat refuses stays as it is, for somebody has to see it: a refusal for good, a
 * token that it refuses and gives again, a code that nobody knows (`attemptsAtMost`).
 */
function toNotTried(failed: unknown): AppError {
  const error = toAppError(failed);
  const { code, kind, message, details, retryAfterMs = tokenRetryMs } = error;
  const isRefusal = code === 'WECHAT_TOKEN_REFUSED' || details.attemptsAtMost !== undefined;
  if (kind !== 'transient' || isRefusal) return error;
  return new AppError(code, { kind: 'throttled', message, details, retryAfterMs, cause: error });
}

function toResult(api: MiniProgramApi, answer: MiniProgramAnswer, now: Date): AppCallResult {
  const { errcode, errmsg, rid } = answer;
  if (errcode === undefined) {
    const details = { api, reason: 'answer_without_errcode' };
    return { kind: 'unknown', error: new AppError('WECHAT_SYSTEM_ERROR', { details }) };
  }
  if (classifyErrcode(api, errcode).verdict !== 'done') {
    return { kind: 'refused', error: toErrcodeError(api, { errcode, errmsg, rid }, now) };
  }
  return { kind: 'done', answer };
}

function isTokenRefused(result: AppCallResult): boolean {
  return result.kind === 'refused' && result.error.code === 'WECHAT_TOKEN_REFUSED';
}
