const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** How fast refunds are asked for, and how long they are followed. */
export interface RefundPace {
  /** Between two refunds of one order. */
  readonly orderSpacingMs: number;
  /** Between two refunds of one user; longer than a call may take, so that there are never two at once. 0: none. */
  readonly userSpacingMs: number;
  /** Until WeChat Pay is asked again about a refund that it accepted; undefined when it was asked often enough. */
  toFollowMs(waits: number): number | undefined;
  /** Likewise about one that is ABNORMAL. */
  toAbnormalMs(waits: number): number | undefined;
  /** Until a refund is tried again for which there was not enough money. */
  toShortageMs(waits: number): number | undefined;
}

/**
 * WeChat Pay wants a minute between two refunds of one order, and refunds of one user not side by side; a call that
 * timed out may have arrived 5 s late. https://pay.weixin.qq.com/doc/v3/partner/4013163605
 *
 * | accepted: asked again after | |
 * |---|---|
 * | 1 min five times, 5, 10, 20, 30 min | https://pay.weixin.qq.com/doc/v3/merchant/4014959631 |
 * | then each hour for ten days | WeChat Pay itself closes what stood still for more than 7 days |
 *
 * | ABNORMAL: asked again after | |
 * |---|---|
 * | a day, thirty times | a person has to act first, and the callback tells what came of it |
 *
 * | not enough money: tried again after | |
 * |---|---|
 * | 5, 15, 30 min, then each hour for two days | then a dead letter, whose replay begins anew |
 */
export const refundPace: RefundPace = {
  orderSpacingMs: 65 * secondMs,
  userSpacingMs: 10 * secondMs,
  toFollowMs: (waits) => firstFollowsMs[waits] ?? within(waits, firstFollowsMs.length + 10 * 24, hourMs),
  toAbnormalMs: (waits) => within(waits, 30, dayMs),
  toShortageMs: (waits) => firstShortagesMs[waits] ?? within(waits, firstShortagesMs.length + 48, hourMs),
};

const firstFollowsMs = [1, 1, 1, 1, 1, 5, 10, 20, 30].map((minutes) => minutes * minuteMs);
const firstShortagesMs = [5, 15, 30].map((minutes) => minutes * minuteMs);

function within(waits: number, most: number, pauseMs: number): number | undefined {
  return waits < most ? pauseMs : undefined;
}
