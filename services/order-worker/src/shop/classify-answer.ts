import { AppError } from '@huidiao/errors';
import type { WebhookAnswer } from './post-webhook.ts';

/** How long an address that says it is gone is left alone. The attempts of the job (100) must last for 24 hours of it. */
export const pauseAfterGoneMs = 15 * 60_000;
const longestRetryAfterMs = 60 * 60_000;

/**
 * What an answer of the shop means. A bad deploy that answers 404 for five minutes must not lose an order, so
 * only 2xx is an end; everything else is tried again for the 24 hours that WeChat itself would go on.
 *
 * | answer | meaning |
 * |--- |--- |
 * | 2xx | accepted (undefined) |
 * | 429, 503 | busy: no attempt used, Retry-After honoured |
 * | 410 | the endpoint says it is gone: tried again, but only every 15 minutes, and so is all else that goes there unless some of it is taken (EndpointPause) |
 * | anything else | refused: tried again with back-off |
 */
export function classifyAnswer(answer: WebhookAnswer, now: Date): AppError | undefined {
  const { httpStatus } = answer;
  if (httpStatus >= 200 && httpStatus < 300) return undefined;
  const details = { httpStatus };
  if (httpStatus === 429 || httpStatus === 503) {
    const retryAfterMs = parseRetryAfterMs(answer.retryAfter, now);
    return new AppError('SHOP_BUSY', { details, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
  }
  if (httpStatus === 410) return new AppError('SHOP_REFUSED', { details, retryAfterMs: pauseAfterGoneMs });
  return new AppError('SHOP_REFUSED', { details });
}

/** Whether an address said that it is gone for good: https://www.rfc-editor.org/rfc/rfc9110#section-15.5.11 */
export function isGone(error: unknown): boolean {
  return error instanceof AppError && error.details.httpStatus === 410;
}

/** Retry-After as seconds or as an HTTP date (RFC 9110 §10.2.3), at most an hour; undefined when it is neither. */
export function parseRetryAfterMs(value: string | undefined, now: Date): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Math.min(Number(value) * 1_000, longestRetryAfterMs);
  const ms = /^[A-Z][a-z]{2}, /.test(value) ? Date.parse(value) - now.getTime() : Number.NaN;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), longestRetryAfterMs);
}
