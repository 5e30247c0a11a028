import { isIPv6 } from 'node:net';
import type { Clock } from '@huidiao/contracts';
import { type TokenBucket, type TokenRate, takeToken } from '@huidiao/runtime';
import type { Request, RequestHandler, Response } from 'express';
import { bearerOf, callerOf } from './authenticate.ts';
import { sendProblem } from './problem.ts';
import type { RecentCallers } from './recent-callers.ts';

/** Buckets that are remembered; the one that was used longest ago is forgotten, and would be full again by then. */
const mostBuckets = 50_000;
/** Of one user of a mini-program, who taps. */
const userRate: TokenRate = { perSecond: 10, burst: 40 };
/** Of one address that names nobody, or nobody whom we know: many users may share one. */
const addressRate: TokenRate = { perSecond: 20, burst: 100 };

/** How much each API key, user and address may ask of this process. */
export interface RateLimiter {
  /** Whether one more is within the rate; counts it. */
  take(name: string, rate: TokenRate): boolean;
  /** Whether one more would be beyond the rate; counts nothing. */
  isSpent(name: string, rate: TokenRate): boolean;
}

/** Counts in this process alone; past the most names it forgets the one that was used longest ago. */
export function createRateLimiter(clock: Clock): RateLimiter {
  const buckets = new Map<string, TokenBucket>();
  return {
    take(name, rate) {
      const { granted, bucket } = takeToken(buckets.get(name), rate, clock.now().getTime());
      // Set anew, so that the first of the map is always the one that was used longest ago.
      buckets.delete(name);
      buckets.set(name, bucket);
      if (buckets.size > mostBuckets) buckets.delete(buckets.keys().next().value ?? '');
      return granted;
    },
    isSpent: (name, rate) => !takeToken(buckets.get(name), rate, clock.now().getTime()).granted,
  };
}

/** Behind `authenticate`: refuses what is beyond the rate of whoever calls, with 429 and Retry-After. */
export function limitRate(limiter: RateLimiter): RequestHandler {
  return (req, res, next) => {
    if (limiter.take(...toAllowance(req, res))) next();
    else refuse(res);
  };
}

/**
 * Before `authenticate`: an address that keeps failing it is not looked up any more until its bucket has filled again,
 * for each look costs MongoDB something. Who was known lately is let through all the same: behind a proxy, or in one
 * office, good callers and bad ones may have one address.
 */
export function limitFailures(limiter: RateLimiter, recentCallers: RecentCallers): RequestHandler {
  return (req, res, next) => {
    const name = `failures ${toNetwork(req.ip ?? '')}`;
    const token = bearerOf(req);
    if (limiter.isSpent(name, addressRate) && !recentCallers.has(token)) {
      refuse(res);
      return;
    }
    res.once('finish', () => {
      if (res.statusCode === 401) {
        limiter.take(name, addressRate);
        recentCallers.forget(token);
      } else if (callerOf(res) !== undefined) recentCallers.add(token);
    });
    next();
  };
}

function toAllowance(req: Request, res: Response): [name: string, rate: TokenRate] {
  const caller = callerOf(res);
  if (caller === undefined) return [`address ${toNetwork(req.ip ?? '')}`, addressRate];
  if (caller.kind === 'api_key') return [`key ${caller.keyId}`, caller.merchant.apiRate];
  return [`user ${caller.appId} ${caller.openId}`, userRate];
}

function refuse(res: Response): void {
  sendProblem(res, { status: 429, code: 'REQUEST_RATE_EXCEEDED', retryAfterSeconds: 1 });
}

/** One customer of an IPv6 network has at least a /64 of addresses. https://www.rfc-editor.org/rfc/rfc6177 */
function toNetwork(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address;
  const [before = '', after] = address.split('::');
  const head = before.split(':');
  const tail = after === undefined ? [] : after.split(':').filter((group) => group !== '');
  const zeros = after === undefined ? 0 : 8 - head.length - tail.length;
  return [...head, ...Array.from({ length: zeros }, () => '0'), ...tail].slice(0, 4).join(':');
}
