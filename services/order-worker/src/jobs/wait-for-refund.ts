import type { Clock, JobData, Lane } from '@huidiao/contracts';
import { AppError } from '@huidiao/errors';
import type { JobOutcome } from '@huidiao/queue';
import type { Order, OrderEffects } from '@huidiao/store';

export interface WaitForRefundDeps {
  readonly store: { readonly orders: Pick<OrderEffects, 'putOffFulfilment'> };
  readonly clock: Clock;
}

/**
 * A refund to a balance takes minutes, one to a bank card up to three working days.
 * https://pay.weixin.qq.com/doc/v3/merchant/4013071031
 *
 * | looked at again after | 10 min, six times | then each hour |
 * |---|---|---|
 */
const pauseMs = 10 * 60_000;
const longPauseMs = 60 * 60_000;
const shortPauses = 6;

/**
 * Lets an order wait all of whose payment is on its way back, at no cost in Redis: its effect stays in it, due later.
 * Where the refund succeeds the order is held `refunded` and the effect is gone; where it is closed or refused the next
 * look finds that, and the shop is told.
 *
 * @throws AppError ORDER_CHANGED_MEANWHILE where that happened just now, STORE_UNAVAILABLE
 */
export async function waitForRefund(
  { store, clock }: WaitForRefundDeps,
  order: Order,
  { effectId: id, requestId }: JobData<'fulfil-order'>,
  lane: Lane,
): Promise<JobOutcome> {
  const { mchId, outTradeNo, effects } = order;
  const round = (effects.find((effect) => effect.id === id)?.round ?? 0) + 1;
  const inMs = round > shortPauses ? longPauseMs : pauseMs;
  const dueAt = new Date(clock.now().getTime() + inMs);
  const waits = await store.orders.putOffFulfilment(order, { id, round, dueAt, requestId, lane });
  if (!waits) throw new AppError('ORDER_CHANGED_MEANWHILE', { details: { mchId, outTradeNo } });
  return { outcome: 'waits_for_refund', outTradeNo };
}
