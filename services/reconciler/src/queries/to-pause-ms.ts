import type { AppError } from '@huidiao/errors';

const usualPauseMs = 10_000;
const longestPauseMs = 10 * 60_000;
/** Every call for the merchant will fail until a person mends its keys. */
const credentialsPauseMs = 60_000;

/**
 * How long no order of a merchant is asked about after a call failed, in milliseconds: as long as WeChat Pay asks to
 * wait, 0 for a failure that says nothing of the next call. One that is about a payment under way
 * (`details.queryFirst`) is about one order only. Pure.
 */
export function toPauseMs({ code, retryAfterMs, details }: AppError): number {
  if (code === 'WECHAT_CREDENTIALS_REFUSED') return credentialsPauseMs;
  const isTurnedAway = code === 'WECHAT_BUSY' || code === 'WECHAT_BREAKER_OPEN';
  if (!isTurnedAway || details.queryFirst === true) return 0;
  return Math.min(retryAfterMs ?? usualPauseMs, longestPauseMs);
}
