import { defaultLane, toEffectJobId } from '@huidiao/contracts';
import type { Producer } from '@huidiao/queue';
import type { Logger } from '@huidiao/runtime';
import type { Effect, Order } from '@huidiao/store';

/**
 * Adds the jobs of effects that a transition has just written into the order, so that they start at once.
 * Only a hint: the effects stay in the order until their results are recorded, and the reconciler adds what is
 * due under the same id, in the same lane: an id is never in two. So a failure here, or a process killed before it, loses nothing.
 */
export async function addEffectJobs(
  producer: Pick<Producer, 'add'>,
  order: Pick<Order, 'mchId' | 'outTradeNo'>,
  effects: readonly Effect[],
  logger: Logger,
): Promise<void> {
  await Promise.all(
    effects.map(async (effect) => {
      const { requestId } = effect;
      const data = { mchId: order.mchId, outTradeNo: order.outTradeNo, effectId: effect.id, requestId };
      try {
        const id = toEffectJobId(effect);
        await producer.add({ name: effect.job, id, data, lane: effect.lane ?? defaultLane });
      } catch (error) {
        logger.debug({ err: error, requestId, jobId: effect.id }, 'effect left to the reconciler');
      }
    }),
  );
}
