/** What the schedule of an order's queries rests on. */
export interface QueriedDates {
  /** When it was registered. */
  readonly createdAt: Date;
  readonly timeExpire: Date;
  /** Whether we ask WeChat Pay for its prepay_id, or the merchant's own system does. */
  readonly prepay: boolean;
}

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const dayMs = 24 * 60 * minuteMs;

/**
 * When WeChat Pay is asked (查单) about an order that nothing was heard of. Its callbacks are not guaranteed
 * (https://pay.weixin.qq.com/doc/v3/merchant/4012791902), and nearly all that come, come within seconds.
 *
 * | asked | because |
 * |---|---|
 * | 1, 2, 7, 37 min after registration | a buyer who pays does it soon, and waits for the goods |
 * | 157 min after registration | for orders that can be paid for longer than the usual two hours |
 * | 10 s after time_expire | nobody can pay any more, so this answer is the last word |
 * | 8 days and 10 s after registration | only where the merchant's own system prepays: see toPayableUntil |
 * | then after a quarter of the time since, 30 s to 1 day | only where that answer did not come or settle it |
 */
const rungsAfterRegistrationMs = [1, 2, 7, 37, 157].map((minutes) => minutes * minuteMs);
const afterExpiryMs = 10 * secondMs;
const leastPauseMs = 30 * secondMs;
const longestPauseMs = dayMs;

/** The time for which WeChat Pay lets pay without a time_expire, 7 days, and one for prepaying after registering. */
const longestElsewhereMs = 8 * dayMs;

/** The next time to ask, always after `now`. A time that went by without an answer is not made up for. Pure. */
export function toNextQueryAt(order: QueriedDates, now: Date): Date {
  const lastMs = toLastRungMs(order);
  const rungsMs = [
    ...rungsAfterRegistrationMs.map((rungMs) => order.createdAt.getTime() + rungMs),
    order.timeExpire.getTime() + afterExpiryMs,
    lastMs,
  ];
  const ahead = rungsMs.filter((rungMs) => rungMs > now.getTime() && rungMs <= lastMs);
  if (ahead.length > 0) return new Date(Math.min(...ahead));
  const sinceMs = now.getTime() - lastMs;
  return new Date(now.getTime() + Math.min(longestPauseMs, Math.max(leastPauseMs, sinceMs / 4)));
}

/** Whether nobody can pay any more, but for what is under way at this moment. */
export function isPastPayment(order: QueriedDates, now: Date): boolean {
  return now.getTime() >= toLastRungMs(order);
}

function toLastRungMs(order: QueriedDates): number {
  return toPayableUntil(order).getTime() + afterExpiryMs;
}

/**
 * Our time_expire is the one that we sent along. Of an order that the merchant's own system prepays we do not know
 * what it sent, perhaps nothing, and closing such an order here too early would turn its payment into a late one.
 */
function toPayableUntil({ createdAt, timeExpire, prepay }: QueriedDates): Date {
  if (prepay) return timeExpire;
  return new Date(Math.max(timeExpire.getTime(), createdAt.getTime() + longestElsewhereMs));
}
