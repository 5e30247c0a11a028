import { type AccessToken, type App, type Clock, systemClock } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { Logger, Metrics } from '@huidiao/runtime';
import { z } from 'zod';
import { measureRequest } from '../http/measure-request.ts';
import { callMiniProgramApi } from './call-mini-program-api.ts';
import { toErrcodeError } from './error-codes.ts';

/** Asks WeChat for the app's token; `force` kills the old one at once, 20 times a day at most. */
export type FetchStableToken = (app: App, force: boolean) => Promise<AccessToken>;

const tokenAnswer = z.looseObject({
  access_token: z.string().regex(/^[\x21-\x7e]{1,2048}$/),
  expires_in: z.number().int().min(1).max(86_400),
});

/**
 * POST /cgi-bin/stable_token: while a token is alive every call gets the same one, with the seconds that it has
 * left; WeChat turns it over five minutes before its end.
 * https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-access-token/getStableAccessToken.html
 *
 * A secret that WeChat calls wrong was perhaps not changed there yet, or no more: the previous one is tried then, once.
 *
 * The function made throws AppError: what the table of codes says, WECHAT_UNREACHABLE, WECHAT_SYSTEM_ERROR.
 */
export function createStableTokenFetcher(options: {
  readonly baseUrl: string;
  readonly timeoutMs?: number;
  readonly clock?: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): FetchStableToken {
  const { baseUrl, timeoutMs = 5_000, clock = systemClock, logger, metrics } = options;
  const fetchUnder = async ({ appId }: App, secret: string, force: boolean): Promise<AccessToken> => {
    const askedAt = clock.now();
    const answer = await callMiniProgramApi({
      baseUrl,
      path: '/cgi-bin/stable_token',
      body: {
        grant_type: 'client_credential',
        appid: appId,
        secret,
        force_refresh: force,
      },
      timeoutMs,
      secrets: [secret],
    });
    const { errcode = 0, errmsg, rid } = answer;
    if (errcode !== 0) throw toErrcodeError('stable_token', { errcode, errmsg, rid }, clock.now());
    const parsed = tokenAnswer.safeParse(answer.json);
    if (!parsed.success) {
      throw new AppError('WECHAT_SYSTEM_ERROR', { details: { reason: 'answer_not_understood' } });
    }
    const { access_token, expires_in } = parsed.data;
    return { value: access_token, expiresAt: toLastUse(askedAt, expires_in) };
  };
  const fetchMeasured = (app: App, secret: string, force: boolean): Promise<AccessToken> =>
    measureRequest(metrics, 'stable_token', () => fetchUnder(app, secret, force));

  return async (app, force) => {
    const { appId, appSecret, appSecretPrevious } = app;
    try {
      return await fetchMeasured(app, appSecret, force);
    } catch (error) {
      if (appSecretPrevious === undefined || !isWrongSecret(error)) throw error;
      const token = await fetchMeasured(app, appSecretPrevious, force);
      const event = 'access_token.previous_secret_used';
      logger.warn({ event, alarm: 'app-secret', appId }, event);
      return token;
    }
  };
}

/** 40125: the secret is wrong; some accounts are told 40001 instead, which elsewhere means a dead token. */
const wrongSecret: readonly unknown[] = [40125, 40001];

function isWrongSecret(error: unknown): boolean {
  return error instanceof AppError && wrongSecret.includes(error.details.remoteCode);
}

/**
 * Until when a token is used, counted from before the question.
 *
 * | seconds left when answered | used for              | because |
 * |---                         |---                    |---      |
 * | more than 600              | 300 less              | from then on WeChat gives out the next one, while this one still works |
 * | up to 600                  | a tenth or 10 s less  | it is in, or near, its last five minutes: use what it has |
 */
function toLastUse(askedAt: Date, expiresInSeconds: number): Date {
  const marginSeconds = expiresInSeconds > 600 ? 300 : Math.min(10, expiresInSeconds / 10);
  return new Date(askedAt.getTime() + (expiresInSeconds - marginSeconds) * 1000);
}
