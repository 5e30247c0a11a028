import { AppError } from '@huidiao/errors';
import type { JobAttempt } from '@huidiao/queue';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/**
 * How long after each attempt a payment that WeChat's order management does not know (10060001) is tried again. Most are
 * there within a minute; one that is missing after the last is none of the app's.
 * https://developers.weixin.qq.com/community/develop/doc/000a6c0d56887046ef339726061800
 *
 * | after attempt | 1 | 2 | 3 | 4 | 5 | 6 |
 * |---|---|---|---|---|---|---|
 * | wait | 15 s | 1 min | 5 min | 30 min | 2 h | 6 h |
 */
const paymentWaitsMs = [15 * secondMs, minuteMs, 5 * minuteMs, 30 * minuteMs, 2 * hourMs, 6 * hourMs];

/** What was told a moment ago may show up only a moment later. */
const leastLookAfterMs = 15 * secondMs;

/** The same error with what this attempt makes of it: when to come back, or that it is not worth it. */
export function toUploadError(error: AppError, { attempt }: Pick<JobAttempt, 'attempt'>): AppError {
  const { code, kind, message, details, retryAfterMs = 0 } = error;
  if (kind === 'permanent') return error;
  const again = (change: { kind?: 'permanent'; retryAfterMs?: number }) =>
    new AppError(code, { kind, message, details, ...change, cause: error });
  if (code === 'SHIPMENT_PAYMENT_UNKNOWN') {
    const waitMs = paymentWaitsMs[attempt - 1];
    return waitMs === undefined ? again({ kind: 'permanent' }) : again({ retryAfterMs: waitMs });
  }
  const { attemptsAtMost } = details;
  if (typeof attemptsAtMost === 'number' && attempt >= attemptsAtMost) return again({ kind: 'permanent' });
  return again({ retryAfterMs: Math.max(retryAfterMs, leastLookAfterMs) });
}

/** Whether it is the shipment that WeChat refuses, and not us: then another one may take its place. */
export function isAboutShipment({ code, kind }: AppError): boolean {
  const codes: readonly string[] = ['SHIPMENT_REFUSED', 'SHIPMENT_NOT_TAKEN', 'SHIPMENT_PAYMENT_UNKNOWN'];
  return kind === 'permanent' && codes.includes(code);
}
