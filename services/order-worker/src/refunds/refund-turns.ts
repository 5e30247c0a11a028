import { createHash } from 'node:crypto';
import type { Clock, Merchant } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { Order, OrderRefundRequest, Store } from '@huidiao/store';
import type { RefundPace } from './refund-pace.ts';

/** A bucket that all processes share. */
interface Bucket {
  readonly key: string;
  readonly perSecond: number;
  readonly burst: number;
}

export interface RefundTurnsDeps {
  readonly store: Pick<Store, 'turns'>;
  readonly pace: RefundPace;
  readonly clock: Clock;
  /** From 0 up to 1; by default Math.random. */
  readonly random?: () => number;
}

/** Half of WeChat Pay's limits or a little more, and never above them: what was saved up counts too. */
const perMerchant = { perSecond: 120, burst: 30 };
/** 5000 a minute of orders that are older than a month. */
const perMerchantOfOld = { perSecond: 70, burst: 10 };
/** 6 a second of requests that WeChat Pay refuses: what it refused before may be refused again. */
const perMerchantOfRefused = { perSecond: 3, burst: 3 };
/**
 * There may be a hundred thousand of those when an account is empty, and no turn for most of them for hours: they come
 * back far apart, each at a time of its own, and a few dozen of them are done as fast as their turns allow.
 */
const leastPauseOfRefusedMs = 30_000;
const mostPauseOfRefusedMs = 300_000;
const oldMs = 30 * 24 * 60 * 60 * 1_000;

/**
 * Waits for nothing: takes a turn of the merchant's rate (150 a second) and of the user, or says when to come back. What
 * has the fewest turns is asked first: whoever is put off there has taken none that others wait for.
 * https://pay.weixin.qq.com/doc/v3/merchant/4012791883
 *
 * @throws AppError WECHAT_BUSY (uses up no attempt), STORE_UNAVAILABLE
 */
export async function takeRefundTurns(
  { store, pace, clock, random = Math.random }: RefundTurnsDeps,
  { mchId }: Pick<Merchant, 'mchId'>,
  order: Order,
  request: OrderRefundRequest,
): Promise<void> {
  const now = clock.now();
  const isOld = now.getTime() - (order.paidAt ?? order.createdAt).getTime() > oldMs;
  if (request.errorCode !== undefined) {
    const pauseMs = leastPauseOfRefusedMs + random() * (mostPauseOfRefusedMs - leastPauseOfRefusedMs);
    await take(`refunds-again_${mchId}`, perMerchantOfRefused, Math.round(pauseMs));
  }
  const user = pace.userSpacingMs === 0 ? undefined : toUserKey(order);
  if (user !== undefined) {
    const spaced = { perSecond: 1_000 / pace.userSpacingMs, burst: 1 };
    await take(`refund-of-user_${mchId}_${user}`, spaced, pace.userSpacingMs);
  }
  if (isOld) await take(`refunds-of-old_${mchId}`, perMerchantOfOld);
  await take(`refunds_${mchId}`, perMerchant);

  async function take(key: string, { perSecond, burst }: Omit<Bucket, 'key'>, retryAfterMs = 1_000) {
    if ((await store.turns.take({ key, want: 1, perSecond, burst, now })) === 1) return;
    throw new AppError('WECHAT_BUSY', { retryAfterMs, details: { reason: key.split('_')[0] } });
  }
}

/**
 * Which of 65,536 buckets a user is in: few enough to be kept for ever, and no way back to the openid. Who shares one
 * with another user waits a moment longer.
 */
function toUserKey({ appId, openId, payment }: Order): string | undefined {
  const user = payment?.openId ?? openId;
  if (user === undefined) return undefined;
  return createHash('sha256').update(`${appId}/${user}`).digest('hex').slice(0, 4);
}
