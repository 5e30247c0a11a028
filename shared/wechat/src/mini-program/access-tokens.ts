import { setTimeout as pause } from 'node:timers/promises';
import {
  type AccessToken,
  type AccessTokenStore,
  type App,
  type Clock,
  systemClock,
} from '@huidiao/contracts';
import { AppError, toAppError } from '@huidiao/errors';
import type { Logger, Metrics } from '@huidiao/runtime';
import { createStableTokenFetcher, type FetchStableToken } from './fetch-stable-token.ts';

/** One access_token per app for all processes, fetched by one of them at a time. */
export interface AccessTokens {
  /** @throws AppError: why there is none; nothing that needed the token was tried. */
  get(app: App): Promise<string>;
  /**
   * A token other than the one that WeChat has just refused.
   * @throws AppError WECHAT_TOKEN_REFUSED where WeChat insists on the refused one; see `get` for others
   */
  replaceRefused(app: App, refused: string): Promise<string>;
}

export interface AccessTokensOptions {
  readonly store: AccessTokenStore;
  /** https://api.weixin.qq.com */
  readonly baseUrl: string;
  readonly clock?: Clock;
  /** Of one call for a token; default 5 s. */
  readonly timeoutMs?: number;
  /** How long to wait for another process that is fetching; default 6 s. */
  readonly waitMs?: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** In place of POST /cgi-bin/stable_token. */
  readonly fetchStableToken?: FetchStableToken;
}

/** WeChat advises workers to read the shared token and keep it for about a minute. */
const memoMs = 60_000;
/** A refusal for good (secret, IP list) is not asked for again by every message in the queue. */
const refusalMemoMs = 5_000;
const pollMs = 100;

/**
 * The process remembers a token for up to a minute; then the shared store is read; then one process fetches,
 * while the others look into the store until it is there.
 *
 * A refused token is dropped where it still stands, since another process may have replaced it; then the same
 * way again. Only where WeChat itself gives the refused token once more is a new one forced, within the store's
 * limits: forcing kills the token of every process at once.
 */
export function createAccessTokens(options: AccessTokensOptions): AccessTokens {
  const { store, clock = systemClock, waitMs = 6_000, logger, metrics } = options;
  const fetchStableToken = options.fetchStableToken ?? createStableTokenFetcher(options);
  const remembered = new Map<string, AccessToken>();
  const refusals = new Map<string, { error: AppError; until: number }>();
  const fetches = metrics.counter({
    name: 'huidiao_access_token_fetches_total',
    help: 'Calls for an access_token that were answered with one, by app and whether it was forced',
    labelNames: ['appId', 'forced'],
  });

  const isUsable = (token: AccessToken | undefined, refused: string | undefined): token is AccessToken =>
    token !== undefined && token.value !== refused && token.expiresAt > clock.now();

  async function fetchToken(app: App, force: boolean): Promise<AccessToken> {
    const token = await fetchStableToken(app, force);
    fetches.inc({ appId: app.appId, forced: String(force) });
    return token;
  }

  async function forceToken(app: App, refused: string): Promise<AccessToken> {
    if (!(await store.takeForcedRefresh(app.appId))) {
      throw tokenRefused(app, 'forced_refresh_not_allowed');
    }
    logger.warn({ event: 'access_token.forced', appId: app.appId }, 'access_token.forced');
    const token = await fetchToken(app, true);
    if (token.value === refused) throw tokenRefused(app, 'forced_refresh_gave_the_same');
    return token;
  }

  async function renew(app: App, refused: string | undefined): Promise<AccessToken> {
    const shared = await store.get(app.appId);
    if (isUsable(shared, refused)) return shared;
    const fetched = await fetchToken(app, false);
    const token = refused === fetched.value ? await forceToken(app, fetched.value) : fetched;
    await store.put(app.appId, token);
    return token;
  }

  async function obtain(app: App, refused: string | undefined): Promise<AccessToken> {
    const giveUpAt = performance.now() + waitMs;
    for (;;) {
      const shared = await store.get(app.appId);
      if (isUsable(shared, refused)) return shared;
      const own = await store.inTurn(app.appId, () => renew(app, refused));
      if (own !== undefined) return own;
      if (performance.now() > giveUpAt) {
        const details = { appId: app.appId, reason: 'access_token_is_being_fetched' };
        throw new AppError('WECHAT_BUSY', { details });
      }
      await pause(pollMs);
    }
  }

  async function obtainAndRemember(app: App, refused: string | undefined): Promise<string> {
    const known = refusals.get(app.appId);
    if (known !== undefined && known.until > clock.now().getTime()) throw known.error;
    try {
      const token = await obtain(app, refused);
      const until = Math.min(token.expiresAt.getTime(), clock.now().getTime() + memoMs);
      remembered.set(app.appId, { value: token.value, expiresAt: new Date(until) });
      return token.value;
    } catch (failed) {
      const error = toAppError(failed);
      if (error.kind === 'permanent') {
        refusals.set(app.appId, { error, until: clock.now().getTime() + refusalMemoMs });
        logger.error({ event: 'access_token.refused', appId: app.appId, err: error }, 'access_token.refused');
      }
      throw error;
    }
  }

  const singly = createSingleFlight<string>();
  return {
    async get(app) {
      const known = remembered.get(app.appId);
      if (isUsable(known, undefined)) return known.value;
      return singly(app.appId, () => obtainAndRemember(app, undefined));
    },
    async replaceRefused(app, refused) {
      const known = remembered.get(app.appId);
      if (isUsable(known, refused)) return known.value;
      remembered.delete(app.appId);
      return singly(`${app.appId} ${refused}`, async () => {
        await store.dropIfStill(app.appId, refused);
        return obtainAndRemember(app, refused);
      });
    },
  };
}

function tokenRefused(app: App, reason: string): AppError {
  const details = { appId: app.appId, reason };
  // The next forced refresh is allowed after 30 s.
  return new AppError('WECHAT_TOKEN_REFUSED', { retryAfterMs: 30_000, details });
}

/** Callers that ask for the same thing at the same time share one answer, or one failure. */
function createSingleFlight<T>(): (key: string, work: () => Promise<T>) => Promise<T> {
  const flights = new Map<string, Promise<T>>();
  return (key, work) => {
    const running = flights.get(key);
    if (running !== undefined) return running;
    const flight = work().finally(() => flights.delete(key));
    flights.set(key, flight);
    return flight;
  };
}
