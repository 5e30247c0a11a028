import { type Clock, type Lane, toEffectId } from '@huidiao/contracts';
import type { Effect, Order } from '@huidiao/store';

/**
 * What follows from a payment: the shop is told. In the lane of the job that makes it: what a heap of payments asks
 * for must not hold up live payments either.
 */
export function toFulfilment(
  { clock, effectGraceMs }: { readonly clock: Clock; readonly effectGraceMs: number },
  { mchId, outTradeNo }: Pick<Order, 'mchId' | 'outTradeNo'>,
  cause: { readonly requestId: string; readonly lane: Lane },
): Effect {
  const id = toEffectId('fulfil-order', mchId, outTradeNo);
  const dueAt = new Date(clock.now().getTime() + effectGraceMs);
  return { id, job: 'fulfil-order', dueAt, ...cause };
}
