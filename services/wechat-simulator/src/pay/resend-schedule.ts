const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/**
 * WeChat Pay's re-sends, each after the attempt before it:
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

/** Only these end the re-sends; the body does not matter, nor does any other 2xx. */
export function isAcknowledged(status: number): boolean {
  return status === 200 || status === 204;
}
