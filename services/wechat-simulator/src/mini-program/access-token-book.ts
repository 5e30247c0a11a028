import { randomBytes } from 'node:crypto';
import { BoundedMap } from '../bounded-map.ts';
import type { SimulatedClock } from '../clock.ts';
import { toBeijingDay } from '../pay/wire-time.ts';

const second = 1_000;
/** How long a token lives, in simulated time. */
const lifeMs = 7_200 * second;
/** In its last five minutes a token is replaced, and lives on beside the new one until its end. */
const turnoverMs = 300 * second;
/** Forced refreshes closer together change nothing. */
const forcedSpacingMs = 30 * second;
const forcedPerDay = 20;

/** What stable_token did for one app. */
export interface TokenCounts {
  /** Calls that were given a token. */
  calls: number;
  /** New tokens that normal calls caused: the first, and those of the last five minutes. */
  turnovers: number;
  /** New tokens that force_refresh caused. */
  forced: number;
  /** Calls that were refused. */
  refused: number;
}

export type TokenState = 'valid' | 'expired' | 'unknown';

/** The access_tokens of all apps. https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-access-token/getStableAccessToken.html */
export interface AccessTokenBook {
  /** The token in force with its remaining seconds; a new one in the last five minutes of the old. */
  give(appId: string): { token: string; expiresInSeconds: number };
  /** A new token, the old one is dead at once; the old one where 30 s have not passed; undefined after 20 a day. */
  force(appId: string): { token: string; expiresInSeconds: number } | undefined;
  /** What a token is worth, and whose it is. */
  look(token: string): { state: TokenState; appId: string | undefined };
  /** Makes the token in force worthless, as if another system had refreshed it. */
  revoke(appId: string): void;
  counts(appId: string): TokenCounts;
}

interface Token {
  readonly value: string;
  readonly appId: string;
  expiresAtMs: number;
  /** Replaced by force: worth nothing, as if never given. */
  dead: boolean;
}

interface AppTokens {
  current: Token | undefined;
  forcedAtMs: number;
  forcedDay: string;
  forcedThatDay: number;
  readonly counts: TokenCounts;
}

/** Empty: an app's first token is made when it is asked for. Remembers the newest 10,000 tokens. */
export function createAccessTokenBook(clock: SimulatedClock): AccessTokenBook {
  const apps = new Map<string, AppTokens>();
  const tokens = new BoundedMap<string, Token>(10_000);

  const of = (appId: string): AppTokens => {
    const known = apps.get(appId) ?? {
      current: undefined,
      forcedAtMs: Number.NEGATIVE_INFINITY,
      forcedDay: '',
      forcedThatDay: 0,
      counts: { calls: 0, turnovers: 0, forced: 0, refused: 0 },
    };
    apps.set(appId, known);
    return known;
  };

  const issue = (appId: string, app: AppTokens): Token => {
    // Real ones are 136 characters and more; storage is to allow for 512.
    const value = `SIM_${randomBytes(144).toString('base64url')}`;
    const token = { value, appId, expiresAtMs: clock.now() + lifeMs, dead: false };
    tokens.set(value, token);
    app.current = token;
    return token;
  };

  const toGift = (token: Token): { token: string; expiresInSeconds: number } => ({
    token: token.value,
    expiresInSeconds: Math.floor((token.expiresAtMs - clock.now()) / second),
  });

  const give: AccessTokenBook['give'] = (appId) => {
    const app = of(appId);
    if (app.current !== undefined && app.current.expiresAtMs - clock.now() > turnoverMs)
      return toGift(app.current);
    app.counts.turnovers += 1;
    return toGift(issue(appId, app));
  };

  return {
    give,
    force: (appId) => {
      const app = of(appId);
      const now = clock.now();
      if (now - app.forcedAtMs < forcedSpacingMs) return give(appId);
      const day = toBeijingDay(now);
      if (app.forcedDay !== day) Object.assign(app, { forcedDay: day, forcedThatDay: 0 });
      if (app.forcedThatDay >= forcedPerDay) return undefined;
      app.forcedThatDay += 1;
      app.forcedAtMs = now;
      app.counts.forced += 1;
      if (app.current !== undefined) app.current.dead = true;
      return toGift(issue(appId, app));
    },
    look: (value) => {
      const token = tokens.get(value);
      if (token === undefined || token.dead) return { state: 'unknown', appId: undefined };
      return { state: token.expiresAtMs > clock.now() ? 'valid' : 'expired', appId: token.appId };
    },
    revoke: (appId) => {
      const app = of(appId);
      if (app.current !== undefined) app.current.dead = true;
      app.current = undefined;
    },
    counts: (appId) => of(appId).counts,
  };
}
