const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/**
 * WeChat Pay's re-sends, API v3 and payments and refunds of v2, each after the attempt before it:
 * https://pay.weixin.qq.com/doc/v3/merchant/4012075420
 *
 * | re-send | 1  | 2  | 3  | 4 | 5  | 6  | 7–9 | 10 | 11–13 | 14–15 |
 * |---      |--- |--- |--- |---|--- |--- |---  |--- |---    |---    |
 * | after   | 15 s | 15 s | 30 s | 3 min | 10 min | 20 min | 30 min | 60 min | 3 h | 6 h |
 *
 * 16 attempts in 24 h 4 min.
 */
export const resendIntervalsMs: readonly number[] = [
  15 * second,
  15 * second,
  30 * second,
  3 * minute,
  10 * minute,
  20 * minute,
  30 * minute,
  30 * minute,
  30 * minute,
  hour,
  3 * hour,
  3 * hour,
  3 * hour,
  6 * hour,
  6 * hour,
];

/**
 * Contracts of 委托代扣 in API v2: 10 s × 3, 30 s × 3, then 300 s, 30 attempts in all.
 * https://pay.weixin.qq.com/wiki/doc/api/wxpay_v2/papay/chapter3_6.shtml
 */
export const contractIntervalsMs: readonly number[] = [
  ...repeat(10 * second, 3),
  ...repeat(30 * second, 3),
  ...repeat(300 * second, 23),
];

/** 教育续费通: 1 s, 60 s × 10, 300 s × 10. https://pay.weixin.qq.com/doc/v3/merchant/4012075420 */
export const educationIntervalsMs: readonly number[] = [
  second,
  ...repeat(minute, 10),
  ...repeat(5 * minute, 10),
];

/** How long a receiver of a push has before the connection is cut, and how long when it is asked a question. */
export const pushLimitMs = 5 * second;
export const questionLimitMs = 3 * second;

/**
 * Ordinary pushes: cut after 5 s and pushed again, three times in all.
 * https://developers.weixin.qq.com/doc/service/guide/product/message/Receiving_standard_messages.html
 */
export const pushIntervalsMs: readonly number[] = repeat(pushLimitMs, 2);

/** The question of an iOS refund is asked three times, 3 s each; after that WeChat tells Apple "undecided". */
export const questionIntervalsMs: readonly number[] = repeat(questionLimitMs, 2);

/**
 * Virtual payment (xpay_*): 2, 4, 8, 16 … s, 15 attempts in all.
 * https://developers.weixin.qq.com/miniprogram/dev/platform-capabilities/business-capabilities/virtual-payment.html
 */
export const xpayIntervalsMs: readonly number[] = Array.from(
  { length: 14 },
  (_, index) => 2 ** (index + 1) * second,
);

/** Payments of B2b 门店助手: 10 s, 30 s, 1, 5, 15, 30, 60 min, 3, 6, 12 h. */
export const retailIntervalsMs: readonly number[] = [
  10 * second,
  30 * second,
  minute,
  5 * minute,
  15 * minute,
  30 * minute,
  hour,
  3 * hour,
  6 * hour,
  12 * hour,
];

function repeat(intervalMs: number, times: number): number[] {
  return Array.from({ length: times }, () => intervalMs);
}
